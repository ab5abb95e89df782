import { formatIso } from "@/lib/format/time";
import { wholeSeconds } from "@/lib/pki/der-time";

/** What a client asks for; the profile's default if it is empty. */
export type WantedValidity = Readonly<{
  seconds?: number | undefined;
  notAfter?: Date | undefined;
}>;
type Bounds = Readonly<{ maxSeconds: number; issuerEnd: Date; now: Date }>;
/** What is requested for it, and in words what was cut. */
export type BoundValidity = Readonly<{
  request: Readonly<{ validitySeconds?: number; notAfter?: string }>;
  warning: string | null;
}>;

/**
 * Shortens a lifetime to what profile and authority allow, as clients of these APIs expect, and says
 * so: the answer has a warning. What is not in the future is left to the decision, which refuses it.
 * Pure.
 */
export function boundValidity(
  { seconds, notAfter }: WantedValidity,
  { maxSeconds, issuerEnd, now }: Bounds,
): BoundValidity {
  if (seconds === undefined && notAfter === undefined) return { request: {}, warning: null };
  // notBefore and notAfter are both inclusive.
  const lastOf = (count: number): number => wholeSeconds(now).getTime() + (count - 1) * 1000;
  const wantedEnd = notAfter?.getTime() ?? lastOf(seconds ?? 0);
  const profileEnd = lastOf(maxSeconds);
  if (wantedEnd <= Math.min(profileEnd, issuerEnd.getTime())) {
    const request =
      notAfter === undefined
        ? { validitySeconds: seconds ?? 0 }
        : { notAfter: formatIso(notAfter) };
    return { request, warning: null };
  }
  if (profileEnd <= issuerEnd.getTime())
    return {
      request: { validitySeconds: maxSeconds },
      warning: `The requested lifetime is more than the profile allows, and was cut to ${maxSeconds} seconds.`,
    };
  return {
    request: { notAfter: formatIso(issuerEnd) },
    warning: `The requested lifetime goes beyond that of the CA, and was cut: the certificate expires together with the CA, at ${formatIso(issuerEnd)}.`,
  };
}
