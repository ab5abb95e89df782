import { Badge, StateBadge } from "@/components/ui/badge";
import type { Tone } from "@/components/ui/tone";
import type { EntrySummary } from "@/lib/log/schema";

type Facts = Pick<EntrySummary, "action" | "outcome">;

const tones: Readonly<Record<string, Tone>> = {
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

/** The colour of an entry: what was refused or failed outranks what it was about. */
export function toneOfEntry({ action, outcome }: Facts): Tone {
  return outcome === "success" ? (tones[action] ?? "neutral") : "denied";
}

/** Of what a service says that it did: Chancery has seen nothing of it. */
export const isReported = ({ action }: Pick<Facts, "action">): boolean =>
  action === "event.reported";

/** How an act ended, as a word: done, denied or failed; of what a service reported, that it is the service's word. */
export function OutcomeBadge({ action, outcome }: Facts) {
  const told = isReported({ action });
  if (outcome === "success") return <Badge>{told ? "Reported" : "Done"}</Badge>;
  const word = outcome === "denied" ? "Denied" : "Failed";
  return <StateBadge state="denied" word={told ? `Reported: ${word.toLowerCase()}` : word} />;
}

/** True for entries that only looked at something. */
export function isRead({ action }: Pick<Facts, "action">): boolean {
  return action.endsWith(".read");
}
