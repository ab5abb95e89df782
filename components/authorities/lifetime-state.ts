import type { AuthorityDto } from "@/lib/authorities/schema";
import type { State } from "@/lib/format/state";
import { dayMs } from "@/lib/format/time-units";

/** Time to create another CA, and for what the old one issued to expire. */
const replaceWithinMs = 365 * dayMs;

/**
 * Whether the certificate of a CA is valid, near its end (a year, or a third of its lifetime if that
 * is shorter) or expired.
 */
export function lifetimeState(
  { status, notBefore, notAfter }: Pick<AuthorityDto, "status" | "notBefore" | "notAfter">,
  now: Date,
): State {
  if (notBefore === null || notAfter === null || status === "pending" || status === "failed")
    return "pending";
  const end = Date.parse(notAfter);
  const left = end - now.getTime();
  if (left < 0) return "expired";
  const third = (end - Date.parse(notBefore)) / 3;
  return left < Math.min(replaceWithinMs, third) ? "expiring" : "valid";
}
