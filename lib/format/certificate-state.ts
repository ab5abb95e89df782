import { dayMs } from "./time-units";
import type { State } from "./state";

/** What the state of a certificate depends on; `status` is the status in the API. */
export type CertificateFacts = Readonly<{
  status: "valid" | "expired" | "held" | "revoked" | "pending" | "failed";
  notBefore: Date | string;
  notAfter: Date | string;
  /** The certificate that replaced it, if any. */
  successorId?: string | null | undefined;
  identity?: Readonly<{ kind: string }> | undefined;
}>;

/** Below this lifetime a certificate is short-lived: a week, and what it is backdated. */
const shortLivedMs = 8 * dayMs;

/** Chancery's own certificates and short-lived ones are renewed by programs: they stand apart. */
const isRenewedByProgram = ({ notBefore, notAfter, identity }: CertificateFacts): boolean =>
  identity?.kind === "system" ||
  new Date(notAfter).getTime() - new Date(notBefore).getTime() < shortLivedMs;

const expiringMsMax = 30 * dayMs;

/**
 * How long before notAfter a certificate counts as expiring, in milliseconds: a third of its
 * lifetime, at most 30 days.
 */
export function expiringWindowMs(notBefore: Date | string, notAfter: Date | string): number {
  return Math.min(
    expiringMsMax,
    (new Date(notAfter).getTime() - new Date(notBefore).getTime()) / 3,
  );
}

/**
 * The state to show. A decision outranks the clock: a revoked certificate is never shown as expired.
 * Validity includes notAfter itself (RFC 5280 §4.1.2.5). A certificate with a successor is not
 * expiring, nor is one that a program renews: nothing is left to do. The lists select by the same
 * rule (`stateConditions`).
 */
export function certificateState(facts: CertificateFacts, now: Date | number): State {
  if (facts.status === "revoked" || facts.status === "pending") return facts.status;
  if (facts.status === "failed") return "denied";
  const left = new Date(facts.notAfter).getTime() - Number(now);
  if (facts.status === "expired" || left < 0) return "expired";
  if (facts.status === "held") return "hold";
  return left <= expiringWindowMs(facts.notBefore, facts.notAfter) &&
    !facts.successorId &&
    !isRenewedByProgram(facts)
    ? "expiring"
    : "valid";
}
