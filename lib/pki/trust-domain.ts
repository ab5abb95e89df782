import { isDnsName } from "./general-names";
import type { GeneralName } from "./types";

/** The profile of CA certificates that clients get for their own keys, under a CA permission. */
export const intermediateProfile = "intermediate-ca";

const scheme = "spiffe://";

/** Whether a text is a trust domain that name constraints can hold: a host in lower case. */
export const isTrustDomain = (text: string): boolean => isDnsName(text) && !text.startsWith("*.");

/** `spiffe://example.com`, the only name of a CA of the trust domain (SPIFFE X509-SVID §4.2). */
export const trustDomainId = (trustDomain: string): GeneralName => ({
  type: "uri",
  value: `${scheme}${trustDomain}`,
});

/** The trust domain whose SPIFFE ID is the only name; null for any other names. */
export function trustDomainOf(names: readonly GeneralName[]): string | null {
  const [name, ...more] = names;
  if (name?.type !== "uri" || more.length > 0 || !name.value.startsWith(scheme)) return null;
  const host = name.value.slice(scheme.length);
  return isTrustDomain(host) ? host : null;
}

/**
 * Whether one of these names is the whole trust domain: the prefix `spiffe://example.com/`, in which
 * the names are that a CA of the trust domain can issue for.
 */
export const holdTrustDomain = (
  held: readonly Readonly<{ type: string; form: string; value: string }>[],
  trustDomain: string,
): boolean =>
  held.some(
    ({ type, form, value }) =>
      type === "uri" && form === "prefix" && value === `${scheme}${trustDomain}/`,
  );

/** What a CA of the trust domain can issue for. No certificate has it as a name: `*` is in none. */
export const wholeTrustDomain = (
  trustDomain: string,
): Readonly<{ type: "uri"; value: string }> => ({
  type: "uri",
  value: `${scheme}${trustDomain}/*`,
});

/** The common name of a CA certificate for a client: no two of an issuer share it. */
export const intermediateCommonName = (serial: Uint8Array): string =>
  `SPIFFE CA ${Buffer.from(serial).toString("hex")}`;

/**
 * The trust domain of a certificate that has the form of a client's CA: its names, and a common name
 * with its serial number. Null for any other.
 */
export function trustDomainOfCa({
  sans,
  commonNames,
  serial,
}: Readonly<{
  sans: readonly GeneralName[];
  commonNames: readonly string[];
  serial: Uint8Array;
}>): string | null {
  const [name, ...more] = commonNames;
  const isCa = name === intermediateCommonName(serial) && more.length === 0;
  return isCa ? trustDomainOf(sans) : null;
}
