import type { State } from "./state";

/** What is known of a certificate when a person looks at it; `status` is the one of the API. */
export type CertificateFacts = Readonly<{
  status: "valid" | "expired" | "held" | "revoked" | "pending" | "failed";
  notBefore: Date | string;
  notAfter: Date | string;
  /** The certificate that replaces it, if there is one. */
  successorId?: string | null | undefined;
}>;

const expiringMsMax = 30 * 86_400_000;

/** How long before notAfter a certificate counts as expiring: a third of its lifetime, at most 30 days. Milliseconds. */
export function expiringWindowMs(notBefore: Date | string, notAfter: Date | string): number {
  return Math.min(
    expiringMsMax,
    (new Date(notAfter).getTime() - new Date(notBefore).getTime()) / 3,
  );
}

/**
 * The one state to show. What was decided outranks the clock: a revoked certificate never reads expired. Validity includes
 * notAfter itself (RFC 5280 §4.1.2.5). With a successor it is not expiring: nothing is left to do.
 */
export function certificateState(facts: CertificateFacts, now: Date | number): State {
  if (facts.status === "revoked" || facts.status === "pending") return facts.status;
  if (facts.status === "failed") return "denied";
  const left = new Date(facts.notAfter).getTime() - Number(now);
  if (facts.status === "expired" || left < 0) return "expired";
  if (facts.status === "held") return "hold";
  return left <= expiringWindowMs(facts.notBefore, facts.notAfter) && !facts.successorId
    ? "expiring"
    : "valid";
}
