import {
  asciiBytes,
  boolean,
  contextTag,
  explicitTag,
  integer,
  namedBits,
  nullValue,
  octetString,
  oid,
  sequence,
} from "./der";
import { encodeGeneralName } from "./general-names";
import { extendedKeyUsageOids, extensionOids, otherOids } from "./oids";
import {
  keyUsageBits,
  type ExtendedKeyUsage,
  type GeneralName,
  type KeyUsageBit,
  type StatusUrls,
} from "./types";

/** One Extension; `critical` is DEFAULT FALSE and so written only if true (X.690 §11.5). */
export function encodeExtension(type: string, critical: boolean, value: Uint8Array): Uint8Array {
  return critical
    ? sequence(oid(type), boolean(true), octetString(value))
    : sequence(oid(type), octetString(value));
}

/** keyUsage, critical (RFC 5280 §4.2.1.3). */
export function keyUsageExtension(usage: readonly KeyUsageBit[]): Uint8Array {
  return encodeExtension(
    extensionOids.keyUsage,
    true,
    namedBits(usage.map((bit) => keyUsageBits.indexOf(bit))),
  );
}

/** extKeyUsage, not critical (§4.2.1.12). */
export function extendedKeyUsageExtension(usage: readonly ExtendedKeyUsage[]): Uint8Array {
  return encodeExtension(
    extensionOids.extKeyUsage,
    false,
    sequence(...usage.map((purpose) => oid(extendedKeyUsageOids[purpose]))),
  );
}

/**
 * basicConstraints, critical; cA DEFAULT FALSE is left out, pathLenConstraint only for a CA
 * (§4.2.1.9).
 */
export function basicConstraintsExtension(isCa: boolean, pathLength: number | null): Uint8Array {
  const parts = isCa ? [boolean(true), ...(pathLength === null ? [] : [integer(pathLength)])] : [];
  return encodeExtension(extensionOids.basicConstraints, true, sequence(...parts));
}

/** A host that no mailbox has (RFC 2606 §2). */
const noMailboxHost = "invalid";

/**
 * nameConstraints of a CA for one trust domain, critical (§4.2.1.10): URIs of that host alone, and no
 * DNS names, addresses and mailboxes at all. Some verifiers read a URI's host as Go does, with all
 * hosts below it, so those are excluded by name. OpenSSL excludes no mailbox by an empty base, so
 * the only mailboxes that are permitted are of a host that doesn't exist.
 */
export function trustDomainConstraintsExtension(trustDomain: string): Uint8Array {
  const subtree = (tag: number, base: Uint8Array): Uint8Array => sequence(contextTag(tag, base));
  const nothing = new Uint8Array(0);
  return encodeExtension(
    extensionOids.nameConstraints,
    true,
    sequence(
      explicitTag(0, subtree(6, asciiBytes(trustDomain)), subtree(1, asciiBytes(noMailboxHost))),
      explicitTag(
        1,
        subtree(6, asciiBytes(`.${trustDomain}`)),
        subtree(1, nothing),
        subtree(2, nothing),
        subtree(7, new Uint8Array(8)),
        subtree(7, new Uint8Array(32)),
      ),
    ),
  );
}

/** subjectKeyIdentifier, not critical (§4.2.1.2). */
export function subjectKeyIdentifierExtension(identifier: Uint8Array): Uint8Array {
  return encodeExtension(extensionOids.subjectKeyIdentifier, false, octetString(identifier));
}

/** authorityKeyIdentifier with the issuer's own identifier, not critical (§4.2.1.1). */
export function authorityKeyIdentifierExtension(identifier: Uint8Array): Uint8Array {
  return encodeExtension(
    extensionOids.authorityKeyIdentifier,
    false,
    sequence(contextTag(0, identifier)),
  );
}

/** subjectAltName; critical exactly if the subject is empty (§4.2.1.6). */
export function subjectAltNameExtension(
  names: readonly GeneralName[],
  critical: boolean,
): Uint8Array {
  return encodeExtension(
    extensionOids.subjectAltName,
    critical,
    sequence(...names.map(encodeGeneralName)),
  );
}

const uriName = (url: string): Uint8Array => contextTag(6, asciiBytes(url));

/** DistributionPointName: fullName with one URI, as CDP and IDP both hold it. */
export function distributionPointName(url: string): Uint8Array {
  return explicitTag(0, explicitTag(0, uriName(url)));
}

/**
 * CRL, OCSP and issuer addresses; an absent address leaves its part out, and an extension with no
 * part does not exist.
 */
export function statusExtensions(urls: StatusUrls): readonly Uint8Array[] {
  const key = `${urls.crl} ${urls.ocsp} ${urls.caIssuers}`;
  const known = knownStatus.get(key);
  if (known) return known;
  const made = encodeStatus(urls);
  if (knownStatus.size < 256) knownStatus.set(key, made);
  return made;
}

/** A CA's addresses are the same in all certificates. */
const knownStatus = new Map<string, readonly Uint8Array[]>();

function encodeStatus(urls: StatusUrls): Uint8Array[] {
  const extensions: Uint8Array[] = [];
  if (urls.crl !== null)
    extensions.push(
      encodeExtension(
        extensionOids.cRLDistributionPoints,
        false,
        sequence(sequence(distributionPointName(urls.crl))),
      ),
    );
  const access: Uint8Array[] = [];
  if (urls.ocsp !== null) access.push(sequence(oid(otherOids.adOcsp), uriName(urls.ocsp)));
  if (urls.caIssuers !== null)
    access.push(sequence(oid(otherOids.adCaIssuers), uriName(urls.caIssuers)));
  if (access.length > 0)
    extensions.push(encodeExtension(extensionOids.authorityInfoAccess, false, sequence(...access)));
  return extensions;
}

/** noRevAvail (RFC 9608 §2): no revocation information will ever exist. */
export function noRevAvailExtension(): Uint8Array {
  return encodeExtension(extensionOids.noRevAvail, false, nullValue());
}

/**
 * id-pkix-ocsp-nocheck (RFC 6960 §4.2.2.2.1): a responder's certificate is trusted for its short
 * life.
 */
export function ocspNoCheckExtension(): Uint8Array {
  return encodeExtension(extensionOids.ocspNoCheck, false, nullValue());
}
