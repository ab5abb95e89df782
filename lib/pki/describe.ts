import { createHash } from "node:crypto";
import { isAppError } from "@/lib/errors/app-error";
import { formatIp } from "@/lib/net/address";
import { readSignatureAlgorithm } from "./algorithms";
import { readCertificate, type Certificate } from "./certificate";
import {
  readAuthorityInfoAccess,
  readAuthorityKeyIdentifier,
  readBasicConstraints,
  readDistributionPoints,
  readExtendedKeyUsage,
  readKeyUsage,
  readSubjectKeyIdentifier,
} from "./extension-values";
import { readGeneralNames, type RawGeneralName } from "./general-names";
import { inspectPublicKey } from "./keys";
import { readNameConstraints } from "./name-constraints";
import { describeName, readName } from "./names";
import { extendedKeyUsageOids, extensionOids, nameOfOid, otherOids } from "./oids";
import { formatSerial } from "./serial";
import type { RawExtension } from "./tbs";

export type ExtensionView = Readonly<{
  name: string;
  oid: string;
  critical: boolean;
  lines: readonly string[];
}>;

/**
 * A certificate as readable text, plain JSON: hex in lower case without separators, times as ISO 8601 in
 * UTC.
 */
export type CertificateView = Readonly<{
  version: string;
  serial: string;
  subject: string;
  subjectAttributes: readonly Readonly<{ type: string; value: string }>[];
  issuer: string;
  notBefore: string;
  notAfter: string;
  key: string;
  keySha256: string;
  signatureAlgorithm: string;
  sans: readonly string[];
  isAuthority: boolean;
  fingerprintSha256: string;
  fingerprintSha1: string;
  extensions: readonly ExtensionView[];
}>;

/**
 * Describes a certificate for display, with each extension as text. Throws AppError
 * `certificate.malformed`.
 */
export function describeCertificate(der: Uint8Array): CertificateView {
  const certificate = readCertificate(der);
  return {
    version: String(certificate.version),
    serial: formatSerial(certificate.serial),
    subject: certificate.subjectText,
    subjectAttributes: readName(certificate.subjectDer),
    issuer: certificate.issuerText,
    notBefore: certificate.notBefore.toISOString(),
    notAfter: certificate.notAfter.toISOString(),
    ...describeKey(certificate),
    signatureAlgorithm:
      readSignatureAlgorithm(certificate.signatureAlgorithmDer)?.text ?? "unknown",
    sans: certificate.sans.map(({ type, value }) => `${nameTypeLabels[type]} ${value}`),
    isAuthority: certificate.isCa,
    fingerprintSha256: digest("sha256", der),
    fingerprintSha1: digest("sha1", der),
    extensions: describeExtensions(certificate.extensions),
  };
}

function digest(algorithm: "sha256" | "sha1", bytes: Uint8Array): string {
  return createHash(algorithm).update(bytes).digest("hex");
}

function describeKey({ spkiDer }: Certificate): Pick<CertificateView, "key" | "keySha256"> {
  const keySha256 = digest("sha256", spkiDer);
  try {
    return { key: inspectPublicKey(spkiDer).text, keySha256 };
  } catch (error) {
    if (isAppError(error)) return { key: "a key that cannot be read", keySha256 };
    throw error;
  }
}

/**
 * The same for the extensions alone, of a plan too. Values that cannot be read are shown in hex.
 */
export function describeExtensions(extensions: readonly RawExtension[]): ExtensionView[] {
  return extensions.map(({ oid, critical, value }) => ({
    name: extensionTitles[oid] ?? nameOfOid(oid),
    oid,
    critical,
    lines: describeExtension(oid, value),
  }));
}

function describeExtension(oid: string, value: Uint8Array): readonly string[] {
  try {
    return readers[oid]?.(value) ?? [hex(value)];
  } catch (error) {
    if (isAppError(error)) return [`Not readable: ${hex(value)}`];
    throw error;
  }
}

const hex = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex");
const nameTypeLabels = { dns: "DNS", ip: "IP", email: "Email", uri: "URI" } as const;

const extensionTitles: Readonly<Record<string, string>> = {
  [extensionOids.basicConstraints]: "Basic constraints",
  [extensionOids.keyUsage]: "Key usage",
  [extensionOids.extKeyUsage]: "Extended key usage",
  [extensionOids.subjectAltName]: "Subject alternative names",
  [extensionOids.subjectKeyIdentifier]: "Subject key identifier",
  [extensionOids.authorityKeyIdentifier]: "Authority key identifier",
  [extensionOids.cRLDistributionPoints]: "CRL addresses",
  [extensionOids.authorityInfoAccess]: "Authority information",
  [extensionOids.nameConstraints]: "Name constraints",
  [extensionOids.noRevAvail]: "No revocation available",
  [extensionOids.ocspNoCheck]: "OCSP no check",
  [extensionOids.certificatePolicies]: "Certificate policies",
};
const usageTitles: Readonly<Record<string, string>> = {
  digitalSignature: "Digital signature",
  nonRepudiation: "Non-repudiation",
  keyEncipherment: "Key encipherment",
  dataEncipherment: "Data encipherment",
  keyAgreement: "Key agreement",
  keyCertSign: "Certificate signing",
  cRLSign: "CRL signing",
  encipherOnly: "Encipher only",
  decipherOnly: "Decipher only",
};
const purposeTitles: Readonly<Record<string, string>> = {
  [extendedKeyUsageOids.serverAuth]: "TLS server",
  [extendedKeyUsageOids.clientAuth]: "TLS client",
  [extendedKeyUsageOids.codeSigning]: "Code signing",
  [extendedKeyUsageOids.emailProtection]: "Email protection",
  [extendedKeyUsageOids.timeStamping]: "Time stamping",
  [extendedKeyUsageOids.ocspSigning]: "OCSP signing",
};
const accessTitles: Readonly<Record<string, string>> = {
  [otherOids.adOcsp]: "OCSP",
  [otherOids.adCaIssuers]: "Issuer certificate",
};

function describeGeneralName({ type, tag, content, text }: RawGeneralName): string {
  if (tag === 0xa4) return `Directory name ${describeName(content)}`;
  return type === null ? text : `${nameTypeLabels[type]} ${text}`;
}

/** The base of a subtree: an address comes with its mask. */
function describeBase(name: RawGeneralName): string {
  const half = name.content.length / 2;
  const isRange = name.type === "ip" && (half === 4 || half === 16);
  return isRange
    ? `IP ${formatIp(name.content.subarray(0, half))} mask ${formatIp(name.content.subarray(half))}`
    : describeGeneralName(name);
}

const readers: Readonly<Record<string, (value: Uint8Array) => readonly string[]>> = {
  [extensionOids.basicConstraints]: (value) => {
    const { isCa, pathLength } = readBasicConstraints(value);
    if (!isCa) return ["Not a CA"];
    return [
      "Certificate authority",
      pathLength === null ? "Any number of CAs below it" : `At most ${pathLength} CAs below it`,
    ];
  },
  [extensionOids.keyUsage]: (value) => readKeyUsage(value).map((bit) => usageTitles[bit] ?? bit),
  [extensionOids.extKeyUsage]: (value) =>
    readExtendedKeyUsage(value).map((purpose) => purposeTitles[purpose] ?? purpose),
  [extensionOids.subjectAltName]: (value) => readGeneralNames(value).map(describeGeneralName),
  [extensionOids.subjectKeyIdentifier]: (value) => [hex(readSubjectKeyIdentifier(value))],
  [extensionOids.authorityKeyIdentifier]: (value) => {
    const identifier = readAuthorityKeyIdentifier(value);
    return [identifier === null ? "Names its issuer by name and serial number" : hex(identifier)];
  },
  [extensionOids.cRLDistributionPoints]: readDistributionPoints,
  [extensionOids.authorityInfoAccess]: (value) =>
    readAuthorityInfoAccess(value).map(
      ({ method, name }) => `${accessTitles[method] ?? method}: ${name}`,
    ),
  [extensionOids.nameConstraints]: (value) => {
    const { permitted, excluded } = readNameConstraints(value);
    return [
      ...permitted.map((name) => `Permitted: ${describeBase(name)}`),
      ...excluded.map((name) => `Excluded: ${describeBase(name)}`),
    ];
  },
  [extensionOids.noRevAvail]: () => ["No CRL or OCSP: the certificate is short-lived instead"],
  [extensionOids.ocspNoCheck]: () => ["A client does not check the revocation of this responder"],
};
