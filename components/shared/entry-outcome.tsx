import { Badge, StateBadge } from "@/components/ui/badge";
import type { Tone } from "@/components/ui/tone";
import type { EntrySummary } from "@/lib/log/schema";

type Facts = Pick<EntrySummary, "action" | "outcome">;

const actionTones: Readonly<Record<string, Tone>> = {
  "certificate.issued": "valid",
  "certificate.rotated": "valid",
  "certificate.released": "valid",
  "certificate.revoked": "revoked",
  "certificate.held": "hold",
  "certificate.planned": "pending",
  "certificate.failed": "denied",
  "identity.suspended": "hold",
  "identity.activated": "valid",
  "authority.activated": "valid",
  "account.locked": "denied",
  "alert.opened": "expiring",
  "alert.escalated": "revoked",
  "alert.acknowledged": "pending",
  "alert.resolved": "valid",
  "exception.created": "hold",
};

/** The color of an entry: a denial or failure takes precedence over the action. */
export function toneOfEntry({ action, outcome }: Facts): Tone {
  return outcome === "success" ? (actionTones[action] ?? "neutral") : "denied";
}

/** True for an event that a service reported: Chancery did not observe it. */
export const isReported = ({ action }: Pick<Facts, "action">): boolean =>
  action === "event.reported";

/**
 * The outcome of an entry as a badge: success, denied or failed. An event that a service reported
 * says that it was reported.
 */
export function OutcomeBadge({ action, outcome }: Facts) {
  const reported = isReported({ action });
  if (outcome === "success") return <Badge>{reported ? "Reported" : "Success"}</Badge>;
  const label = outcome === "denied" ? "Denied" : "Failed";
  return (
    <StateBadge state="denied" label={reported ? `Reported: ${label.toLowerCase()}` : label} />
  );
}

/** True for entries that only record a read. */
export function isRead({ action }: Pick<Facts, "action">): boolean {
  return action.endsWith(".read");
}
