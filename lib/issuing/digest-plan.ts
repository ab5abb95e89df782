import type { Issuer } from "@/lib/authorities/find-issuer";
import { wholeSeconds } from "@/lib/pki/der-time";
import { digestPreview } from "@/lib/pki/preview-digest";
import type { CertificatePlan } from "@/lib/pki/types";
import type { Profile } from "@/lib/profiles/read-profiles";

type Basis = Readonly<{ profile: Profile; issuer: Issuer; now: Date }>;

/**
 * The digest that binds issuing to its preview. An end that was requested, or that is the issuer's,
 * counts as a time, any other as the time since signing. A key that is made only when the
 * certificate is issued counts by its type.
 */
export function digestPlan(
  { tbsDer, notAfter, key }: Pick<CertificatePlan, "tbsDer" | "notAfter" | "key">,
  request: Readonly<{ notAfter?: string | undefined; serverKey?: object | undefined }>,
  { profile, issuer, now }: Basis,
): string {
  const at = notAfter.getTime();
  const isFixed = request.notAfter !== undefined || at === issuer.facts.notAfter.getTime();
  const end = isFixed ? { at } : { afterMs: at - wholeSeconds(now).getTime() };
  const newKey = request.serverKey ? key.text : null;
  return digestPreview(tbsDer, end, profile.rules.backdateSeconds, newKey);
}
