import type { DeliveryView, DestinationDto, DestinationKind } from "@/lib/delivery/schema";
import type { State } from "@/lib/format/state";

export const kindWords: Readonly<
  Record<DestinationKind, Readonly<{ label: string; hint: string }>>
> = {
  email: { label: "E-mail", hint: "To people, through your mail server." },
  webhook: { label: "Webhook", hint: "Signed JSON, for programs." },
  slack: { label: "Chat", hint: "Slack, Mattermost and others that take the same links." },
  syslog: { label: "Syslog", hint: "RFC 5424, for a SIEM." },
};

export const reasonWords: Readonly<Record<DeliveryView["reason"], string>> = {
  opened: "Alert",
  escalated: "More severe",
  resolved: "Resolved",
  test: "Test",
};

/** What is told to a destination of this least severity. */
export const severityHints = {
  low: "Everything",
  medium: "Medium, high and critical",
  high: "High and critical",
  critical: "Only critical",
} as const;

export const severityShort = {
  low: "Everything",
  medium: "Medium and up",
  high: "High and up",
  critical: "Critical only",
} as const;

/** How a destination does, as one state and one word. */
export function destinationLook({
  status,
  last,
  waiting,
}: Pick<DestinationDto, "status" | "last" | "waiting">): Readonly<{ state: State; word: string }> {
  if (status === "removed") return { state: "expired", word: "Removed" };
  if (status === "paused") return { state: "hold", word: "Paused" };
  if (last === null) return { state: "pending", word: "Not tried yet" };
  if (last.ok) return { state: "valid", word: "Delivering" };
  return { state: "denied", word: waiting > 0 ? "Failing, retried" : "Failed" };
}

/** How one delivery stands. */
export function deliveryLook({
  status,
  attempts,
}: Pick<DeliveryView, "status" | "attempts">): Readonly<{ state: State; word: string }> {
  if (status === "sent") return { state: "valid", word: "Sent" };
  if (status === "failed")
    return { state: "denied", word: attempts.length === 0 ? "Given up" : "Failed" };
  return { state: "pending", word: attempts.length === 0 ? "Waiting" : "Retrying" };
}

/** Facilities of RFC 5424 that people choose from; the others can be set over the API. */
export const facilities = [
  [13, "Log audit (13)"],
  [10, "Security, private (10)"],
  [4, "Security (4)"],
  [1, "User (1)"],
  [14, "Log alert (14)"],
  ...Array.from({ length: 8 }, (_, n) => [16 + n, `local${n} (${16 + n})`] as const),
] as const;
