import { isAppError } from "@/lib/errors/app-error";
import { canonicalName, type CertificateName, type NameType } from "@/lib/pki/held-names/held-name";

export type CheckedName = Readonly<
  { name: CertificateName; problem: null } | { name: null; problem: string }
>;

/**
 * A typed name in the canonical form that the server compares names in, or what is wrong with it
 * and how to write it. A wildcard is a name; networks and prefixes are none.
 */
export function checkName(type: NameType, text: string): CheckedName {
  try {
    return { name: canonicalName(type, text.trim()), problem: null };
  } catch (error) {
    if (!isAppError(error)) throw error;
    return { name: null, problem: error.message };
  }
}
