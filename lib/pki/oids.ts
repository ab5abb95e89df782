import { latin1 } from "./latin1";
const cache = new Map<string, Uint8Array>();

function base128(value: bigint): number[] {
  const octets = [Number(value & 0x7fn)];
  for (let rest = value >> 7n; rest > 0n; rest >>= 7n) octets.unshift(Number(rest & 0x7fn) | 0x80);
  return octets;
}

function isOidText(text: string): boolean {
  return (
    /^(0|1)\.([0-9]|[1-3][0-9])(\.(0|[1-9]\d{0,38}))*$/.test(text) ||
    /^2\.(0|[1-9]\d{0,38})(\.(0|[1-9]\d{0,38}))*$/.test(text)
  );
}

/**
 * OBJECT IDENTIFIER element of a dotted text. RangeError if the text is none. The result is shared:
 * do not write to it.
 */
export function encodeOid(text: string): Uint8Array {
  const known = cache.get(text);
  if (known !== undefined) return known;
  if (!isOidText(text)) throw new RangeError(`"${text}" is no object identifier`);
  const [first, second, ...rest] = text.split(".").map(BigInt) as [bigint, bigint, ...bigint[]];
  const content = [first * 40n + second, ...rest].flatMap(base128);
  if (content.length > 127)
    throw new RangeError("an object identifier of more than 127 octets is not supported");
  const element = Uint8Array.from([0x06, content.length, ...content]);
  if (cache.size < 512) cache.set(text, element);
  return element;
}

const decoded = new Map<string, string>();

/**
 * Dotted text of an OID's content octets, or null if they are malformed (padding, cut off, over 127
 * octets).
 */
export function decodeOid(content: Uint8Array): string | null {
  const key = latin1(content);
  const known = decoded.get(key);
  if (known !== undefined) return known;
  const text = decodeArcs(content);
  if (text !== null && decoded.size < 512) decoded.set(key, text);
  return text;
}

function decodeArcs(content: Uint8Array): string | null {
  if (content.length === 0 || content.length > 127 || content[content.length - 1]! >= 0x80)
    return null;
  const arcs: bigint[] = [];
  let value = 0n;
  let isFirstOctet = true;
  for (const octet of content) {
    if (isFirstOctet && octet === 0x80) return null;
    value = (value << 7n) | BigInt(octet & 0x7f);
    isFirstOctet = octet < 0x80;
    if (!isFirstOctet) continue;
    arcs.push(value);
    value = 0n;
  }
  const first = arcs[0]!;
  const top = first < 40n ? 0n : first < 80n ? 1n : 2n;
  return [top, first - top * 40n, ...arcs.slice(1)].join(".");
}

/** Whether `text` is a dotted object identifier. */
export const isOid = isOidText;

/** Certificate and CRL extensions, RFC 5280 §4.2 and §5.2, RFC 6960, RFC 9608. */
export const extensionOids = {
  subjectKeyIdentifier: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  issuerAltName: "2.5.29.18",
  basicConstraints: "2.5.29.19",
  cRLNumber: "2.5.29.20",
  reasonCode: "2.5.29.21",
  invalidityDate: "2.5.29.24",
  deltaCRLIndicator: "2.5.29.27",
  issuingDistributionPoint: "2.5.29.28",
  nameConstraints: "2.5.29.30",
  cRLDistributionPoints: "2.5.29.31",
  certificatePolicies: "2.5.29.32",
  policyMappings: "2.5.29.33",
  authorityKeyIdentifier: "2.5.29.35",
  policyConstraints: "2.5.29.36",
  extKeyUsage: "2.5.29.37",
  freshestCRL: "2.5.29.46",
  inhibitAnyPolicy: "2.5.29.54",
  noRevAvail: "2.5.29.56",
  authorityInfoAccess: "1.3.6.1.5.5.7.1.1",
  ocspNoCheck: "1.3.6.1.5.5.7.48.1.5",
  ocspNonce: "1.3.6.1.5.5.7.48.1.2",
} as const;

export const otherOids = {
  adOcsp: "1.3.6.1.5.5.7.48.1",
  adCaIssuers: "1.3.6.1.5.5.7.48.2",
  ocspBasic: "1.3.6.1.5.5.7.48.1.1",
  rsaEncryption: "1.2.840.113549.1.1.1",
  ecPublicKey: "1.2.840.10045.2.1",
  ed25519: "1.3.101.112",
  p256: "1.2.840.10045.3.1.7",
  p384: "1.3.132.0.34",
  sha1: "1.3.14.3.2.26",
  sha256: "2.16.840.1.101.3.4.2.1",
  extensionRequest: "1.2.840.113549.1.9.14",
  microsoftExtensionRequest: "1.3.6.1.4.1.311.2.1.14",
} as const;

export const extendedKeyUsageOids = {
  serverAuth: "1.3.6.1.5.5.7.3.1",
  clientAuth: "1.3.6.1.5.5.7.3.2",
  codeSigning: "1.3.6.1.5.5.7.3.3",
  emailProtection: "1.3.6.1.5.5.7.3.4",
  timeStamping: "1.3.6.1.5.5.7.3.8",
  ocspSigning: "1.3.6.1.5.5.7.3.9",
} as const;

/** Attribute types by the short names that people write. */
export const attributeOids: Readonly<Record<string, string>> = {
  CN: "2.5.4.3",
  SN: "2.5.4.4",
  serialNumber: "2.5.4.5",
  C: "2.5.4.6",
  L: "2.5.4.7",
  ST: "2.5.4.8",
  street: "2.5.4.9",
  O: "2.5.4.10",
  OU: "2.5.4.11",
  title: "2.5.4.12",
  organizationIdentifier: "2.5.4.97",
  GN: "2.5.4.42",
  dnQualifier: "2.5.4.46",
  UID: "0.9.2342.19200300.100.1.1",
  DC: "0.9.2342.19200300.100.1.25",
  emailAddress: "1.2.840.113549.1.9.1",
};

const names = new Map<string, string>([
  ...Object.entries({ ...extensionOids, ...otherOids, ...extendedKeyUsageOids }).map(
    ([name, oid]): [string, string] => [oid, name],
  ),
  ...Object.entries(attributeOids).map(([name, oid]): [string, string] => [oid, name]),
]);

/** The name of an OID as the RFCs write it, or the dotted text itself. */
export function nameOfOid(oid: string): string {
  return names.get(oid) ?? oid;
}
