import type { DeliveryView, DestinationDto, DestinationKind } from "@/lib/delivery/schema";
import type { State } from "@/lib/format/state";

export const kindLabels: Readonly<
  Record<DestinationKind, Readonly<{ label: string; hint: string }>>
> = {
  email: { label: "Email", hint: "Sent to people through your mail server." },
  webhook: { label: "Webhook", hint: "Signed JSON for programs." },
  slack: { label: "Chat", hint: "Slack, Mattermost and others that accept Slack webhooks." },
  syslog: { label: "Syslog", hint: "RFC 5424, for a SIEM." },
};

export const reasonLabels: Readonly<Record<DeliveryView["reason"], string>> = {
  opened: "Alert raised",
  escalated: "Severity raised",
  resolved: "Alert resolved",
  test: "Test",
};

/** Which alerts a destination with this minimum severity receives. */
export const severityHints = {
  low: "All alerts",
  medium: "Medium, high and critical",
  high: "High and critical",
  critical: "Critical only",
} as const;

export const severityShort = {
  low: "All alerts",
  medium: "Medium and above",
  high: "High and above",
  critical: "Critical only",
} as const;

/** The state of a destination, and its label. */
export function destinationState({
  status,
  last,
  waiting,
}: Pick<DestinationDto, "status" | "last" | "waiting">): Readonly<{ state: State; label: string }> {
  if (status === "removed") return { state: "expired", label: "Removed" };
  if (status === "paused") return { state: "hold", label: "Paused" };
  if (last === null) return { state: "pending", label: "Not used yet" };
  if (last.ok) return { state: "valid", label: "Delivering" };
  return { state: "denied", label: waiting > 0 ? "Failing, retrying" : "Failed" };
}

/** The state of one notification, and its label. */
export function deliveryState({
  status,
  attempts,
}: Pick<DeliveryView, "status" | "attempts">): Readonly<{ state: State; label: string }> {
  if (status === "sent") return { state: "valid", label: "Sent" };
  if (status === "failed")
    return { state: "denied", label: attempts.length === 0 ? "Not sent" : "Failed" };
  return { state: "pending", label: attempts.length === 0 ? "Waiting" : "Retrying" };
}

/** RFC 5424 facilities offered in the form. Others can be set through the API. */
export const facilities = [
  [13, "Log audit (13)"],
  [10, "Security, private (10)"],
  [4, "Security (4)"],
  [1, "User (1)"],
  [14, "Log alert (14)"],
  ...Array.from({ length: 8 }, (_, n) => [16 + n, `local${n} (${16 + n})`] as const),
] as const;
