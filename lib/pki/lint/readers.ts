import * as values from "@/lib/pki/extension-values";
import * as generalNames from "@/lib/pki/general-names";
import * as keys from "@/lib/pki/keys";
import * as names from "@/lib/pki/names";
import { parseTime } from "@/lib/pki/der-time";
import * as spki from "@/lib/pki/spki";
import type { TbsView } from "@/lib/pki/tbs";

/**
 * Reads the same bytes once: many lints look at one extension. The bytes of a view never change
 * while it is linted.
 */
function once<K extends object, T>(read: (bytes: K) => T): (bytes: K) => T {
  const known = new WeakMap<K, Readonly<{ value: T }> | Readonly<{ error: unknown }>>();
  return (bytes) => {
    let result = known.get(bytes);
    if (result === undefined) {
      try {
        result = { value: read(bytes) };
      } catch (error) {
        result = { error };
      }
      known.set(bytes, result);
    }
    if ("error" in result) throw result.error;
    return result.value;
  };
}

export const readBasicConstraints = once(values.readBasicConstraints);
export const readKeyUsage = once(values.readKeyUsage);
export const readExtendedKeyUsage = once(values.readExtendedKeyUsage);
export const readSubjectKeyIdentifier = once(values.readSubjectKeyIdentifier);
export const readAuthorityKeyIdentifier = once(values.readAuthorityKeyIdentifier);
export const readDistributionPoints = once(values.readDistributionPoints);
export const readAuthorityInfoAccess = once(values.readAuthorityInfoAccess);
export const readGeneralNames = once(generalNames.readGeneralNames);
export const readAttributes = once(names.readAttributes);
export const readSpki = once(spki.readSpki);
export const subjectKeyIdentifier = once(keys.subjectKeyIdentifier);

/** notBefore and notAfter; null if one of them is not in the form of RFC 5280 §4.1.2.5. */
export const readTimes = once((view: TbsView) => {
  const notBefore = parseTime(view.notBefore.tag, view.notBefore.content);
  const notAfter = parseTime(view.notAfter.tag, view.notAfter.content);
  return notBefore === null || notAfter === null ? null : { notBefore, notAfter };
});
