import { isAppError } from "@/lib/errors/app-error";
import { canonicalCommonName, looksLikeAnotherType } from "@/lib/pki/held-names/common-name";
import { covers } from "@/lib/pki/held-names/covers";
import { canonicalName } from "@/lib/pki/held-names/held-name";
import { asciiHost } from "./held-names/dns-name";
import type { GeneralName, ProfileRules } from "./types";

/**
 * Whether a common name is one of the subjectAltNames, compared as names of that type are. A
 * wildcard never is: some verifiers match it where they ignore the subjectAltNames' constraints.
 */
export function repeatsSan(commonName: string, sans: readonly GeneralName[]): boolean {
  if (commonName.includes("*")) return false;
  const ascii = asciiHost(commonName);
  if (sans.some(({ type, value }) => type === "dns" && value === ascii)) return true;
  return sans.some(({ type, value }) => {
    try {
      return covers({ type, form: "exact", value }, canonicalName(type, commonName));
    } catch (error) {
      if (isAppError(error)) return false;
      throw error;
    }
  });
}

/** One of the common names that the identity holds, in the one form that they are compared in. */
function isHeld(commonName: string, held: readonly string[]): boolean {
  try {
    const name = { type: "cn", value: canonicalCommonName(commonName) } as const;
    return held.some((value) => covers({ type: "cn", form: "exact", value }, name));
  } catch (error) {
    if (isAppError(error)) return false;
    throw error;
  }
}

/**
 * Whether a certificate with these subjectAltNames can have the common name: it repeats one of
 * them, or, where the profile allows it, the identity holds it and no verifier takes it for a host,
 * address, mailbox or URI.
 */
export const isBoundCommonName = (
  commonName: string,
  from: ProfileRules["subject"]["commonNameFrom"],
  sans: readonly GeneralName[],
  held: readonly string[],
): boolean =>
  repeatsSan(commonName, sans) ||
  (from === "san-or-identity" && isHeld(commonName, held) && !looksLikeAnotherType(commonName));
