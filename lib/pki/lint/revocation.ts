import { tags } from "@/lib/pki/der";
import { accessUris } from "@/lib/pki/extension-values";
import { extendedKeyUsageOids, extensionOids } from "@/lib/pki/oids";
import type { TbsView } from "@/lib/pki/tbs";
import { parseProblem, findExtension, isAuthority, readExtension, type Lint } from "./lint";
import { readAuthorityInfoAccess, readDistributionPoints, readExtendedKeyUsage } from "./readers";

const isNull = (value: Uint8Array): boolean =>
  value.length === 2 && value[0] === tags.null && value[1] === 0;
const has = (view: TbsView, oid: string): boolean => findExtension(view, oid) !== null;
const accessOf = (view: TbsView): ReturnType<typeof readAuthorityInfoAccess> =>
  readExtension(view, extensionOids.authorityInfoAccess, readAuthorityInfoAccess) ?? [];

function addressesOf(view: TbsView): string[] {
  const points =
    readExtension(view, extensionOids.cRLDistributionPoints, readDistributionPoints) ?? [];
  return [...points, ...accessOf(view).map(({ name, isUri }) => (isUri ? name : ""))];
}

/** Where a client learns about revocation, or that it never will. */
export const revocationLints: readonly Lint[] = [
  {
    code: "lint.distribution-points-form",
    clause: "RFC 5280 §4.2.1.13",
    check: (view) => {
      const found = findExtension(view, extensionOids.cRLDistributionPoints);
      return found === null ? null : parseProblem(() => readDistributionPoints(found.value));
    },
  },
  {
    code: "lint.information-access-form",
    clause: "RFC 5280 §4.2.2.1",
    check: (view) => {
      const found = findExtension(view, extensionOids.authorityInfoAccess);
      return found === null ? null : parseProblem(() => readAuthorityInfoAccess(found.value));
    },
  },
  {
    code: "lint.status-critical",
    clause: "RFC 5280 §4.2.1.13, §4.2.2.1",
    check: (view) => {
      const oids = [
        extensionOids.cRLDistributionPoints,
        extensionOids.authorityInfoAccess,
        extensionOids.ocspNoCheck,
      ];
      return oids.some((oid) => findExtension(view, oid)?.critical)
        ? "A CRL, OCSP or issuer address is critical; it must not be."
        : null;
    },
  },
  {
    code: "lint.status-address",
    clause: "RFC 5280 §4.2.1.13, §4.2.2.1",
    check: (view) =>
      addressesOf(view).every((uri) => /^(https?|ldap):\/\/[!-~]+$/.test(uri))
        ? null
        : "A CRL, OCSP or issuer address is not an http (or ldap) URI.",
  },
  {
    code: "lint.status-address-https",
    clause: "RFC 5280 §8",
    severity: "warning",
    check: (view) =>
      addressesOf(view).some((uri) => uri.startsWith("https:"))
        ? "A CRL, OCSP or issuer address is https; a client may need this very status to trust the server that gives it."
        : null,
  },
  {
    code: "lint.no-rev-avail-form",
    clause: "RFC 9608 §2",
    check: (view) => {
      const found = findExtension(view, extensionOids.noRevAvail);
      return found === null || (isNull(found.value) && !found.critical)
        ? null
        : "noRevAvail is critical or its value is not NULL.";
    },
  },
  {
    code: "lint.no-rev-avail-addresses",
    clause: "RFC 9608 §3",
    check: (view) => {
      const isContradicted =
        has(view, extensionOids.cRLDistributionPoints) ||
        has(view, extensionOids.freshestCRL) ||
        accessUris(accessOf(view), "adOcsp").length > 0;
      return has(view, extensionOids.noRevAvail) && isContradicted
        ? "noRevAvail is present together with the address of a CRL or an OCSP responder."
        : null;
    },
  },
  {
    code: "lint.no-rev-avail-authority",
    clause: "RFC 9608 §2",
    check: (view, context) =>
      isAuthority(context) && has(view, extensionOids.noRevAvail)
        ? "noRevAvail is in the certificate of a CA."
        : null,
  },
  {
    code: "lint.no-rev-avail-of-profile",
    clause: "profile",
    check: (view, { rules }) =>
      rules.kind === "leaf" && rules.noRevAvail !== has(view, extensionOids.noRevAvail)
        ? `noRevAvail is ${rules.noRevAvail ? "absent" : "present"}, against the profile.`
        : null,
  },
  {
    code: "lint.ocsp-no-check",
    clause: "RFC 6960 §4.2.2.2.1",
    check: (view, { rules }) => {
      const found = findExtension(view, extensionOids.ocspNoCheck);
      if (rules.kind === "ocsp-responder" && found === null)
        return "The certificate of a responder has no id-pkix-ocsp-nocheck.";
      return found === null || isNull(found.value)
        ? null
        : "The value of id-pkix-ocsp-nocheck is not NULL.";
    },
  },
  {
    code: "lint.ocsp-no-check-purpose",
    clause: "RFC 6960 §4.2.2.2.1",
    check: (view) => {
      const purposes = readExtension(view, extensionOids.extKeyUsage, readExtendedKeyUsage) ?? [];
      return has(view, extensionOids.ocspNoCheck) &&
        !purposes.includes(extendedKeyUsageOids.ocspSigning)
        ? "id-pkix-ocsp-nocheck is in a certificate that is not an OCSP responder's."
        : null;
    },
  },
];
