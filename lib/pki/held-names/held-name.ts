import { AppError } from "@/lib/errors/app-error";
import { parseGeneralName } from "@/lib/pki/general-names";
import { canonicalAddress, parseNetworkPattern } from "./address-name";
import { canonicalCommonName } from "./common-name";
import { checkDnsName } from "./dns-name";
import { canonicalUri, uriPrefixOf } from "./uri-name";

export const nameTypes = ["dns", "ip", "uri", "email", "cn"] as const;
export type NameType = (typeof nameTypes)[number];
export const nameForms = ["exact", "wildcard", "prefix", "network"] as const;
export type NameForm = (typeof nameForms)[number];

/**
 * A name that an identity can hold, in canonical form. A wildcard is `*.a.example`, a prefix is a
 * URI that ends in "/", a network is an address with its prefix length.
 */
export type HeldName = Readonly<{ type: NameType; form: NameForm; value: string }>;

/** A name of a certificate: a subjectAltName entry or its common name, in canonical form. */
export type CertificateName = Readonly<{ type: NameType; value: string }>;

const labels: Readonly<Record<NameType, string>> = {
  dns: "DNS",
  ip: "IP",
  uri: "URI",
  email: "email",
  cn: "CN",
};

/** `DNS:pay.example.com`, as openssl and people write it. */
export const describeHeldName = ({ type, value, ...rest }: CertificateName | HeldName): string =>
  `${labels[type]}:${value}${"form" in rest && rest.form === "prefix" ? "*" : ""}`;

/**
 * One name of a certificate in the one form that names are compared in. Throws AppError
 * `name.invalid` for what is no name of its type, `name.not-canonical` for a spelling that another
 * program could read as another name.
 */
export function canonicalName(type: NameType, text: string): CertificateName {
  if (type === "cn") return { type, value: canonicalCommonName(text) };
  const { value } = parseGeneralName(type, text);
  switch (type) {
    case "dns":
      checkDnsName(value);
      return { type, value };
    case "ip":
      return { type, value: canonicalAddress(value) };
    case "uri":
      return { type, value: canonicalUri(value) };
    case "email":
      checkDnsName(value.slice(value.lastIndexOf("@") + 1));
      return { type, value };
  }
}

/** What has to be held for a certificate to carry this name, unless a pattern covers it. */
export const asHeldName = <T extends string>({
  type,
  value,
}: Readonly<{ type: T; value: string }>): Readonly<{ type: T; form: NameForm; value: string }> => ({
  type,
  form: type === "dns" && value.startsWith("*.") ? "wildcard" : "exact",
  value,
});

/**
 * What an identity is to hold, as people write it: `*.a.example`, `spiffe://example.com/pay/*` and
 * `10.1.0.0/16` are patterns, everything else is one exact name. Throws like `canonicalName`, and
 * `name.pattern-not-allowed` for a network wider than /8 (IPv6: /16).
 */
export function parseHeldName(type: NameType, text: string): HeldName {
  if (type === "uri" && text.endsWith("/*"))
    return { type, form: "prefix", value: uriPrefixOf(text) };
  if (type === "ip" && text.includes("/")) {
    const network = parseNetworkPattern(text);
    return network.isAddress
      ? { type, form: "exact", value: network.text }
      : { type, form: "network", value: network.text };
  }
  return asHeldName(canonicalName(type, text));
}

function meantType(text: string): NameType | null {
  if (
    /^[0-9.]*\.[0-9.]*(\/[0-9]*)?$/.test(text) ||
    /^(?=.*:.*:)[0-9a-f:.]+(\/[0-9]*)?$/i.test(text)
  )
    return "ip";
  if (text.includes("://") || /^urn:/i.test(text)) return "uri";
  return /^[^\s@]+@[^\s@]+$/.test(text) ? "email" : null;
}

/**
 * The type of a name that is given as text alone, as in a search: an address, a URI, a mailbox, a
 * DNS name, else a common name. A leading `dns:`, `ip:`, `uri:`, `email:` or `cn:` decides.
 */
export function readNameText(text: string): HeldName {
  const typed = /^(dns|ip|uri|email|cn):(?!\/\/)(.*)$/is.exec(text.trim());
  if (typed) return parseHeldName(typed[1]!.toLowerCase() as NameType, typed[2]!);
  // What is written like one type, but wrongly, is no common name: a search for it would find nothing.
  const meant = meantType(text.trim());
  if (meant !== null) return parseHeldName(meant, text.trim());
  for (const type of ["ip", "uri", "email", "dns"] as const) {
    try {
      return parseHeldName(type, text.trim());
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
  }
  return parseHeldName("cn", text);
}
