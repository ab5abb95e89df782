import { AppError, isAppError } from "@/lib/errors/app-error";
import { readSigningAlgorithm } from "./algorithms";
import { equalBytes, tags } from "./der";
import {
  checkInteger,
  enter,
  leave,
  malformed,
  readDer,
  takeBitOctets,
  takeRaw,
} from "./der-reader";
import { parseTime } from "./der-time";
import {
  readAuthorityKeyIdentifier,
  readBasicConstraints,
  readExtendedKeyUsage,
  readKeyUsage,
  readSubjectKeyIdentifier,
} from "./extension-values";
import { readGeneralNames } from "./general-names";
import { describeName } from "./names";
import { extensionOids, nameOfOid } from "./oids";
import { readTbs, type RawExtension, type RawTime } from "./tbs";
import type { GeneralName, KeyUsageBit, SignatureAlgorithm } from "./types";

/** A certificate, read strictly. Byte arrays are views into the DER that was read. */
export type Certificate = Readonly<{
  der: Uint8Array;
  tbsDer: Uint8Array;
  /** 1 to 3, as people count. */
  version: number;
  /** Magnitude, without a sign octet. */
  serial: Uint8Array;
  issuerDer: Uint8Array;
  issuerText: string;
  subjectDer: Uint8Array;
  subjectText: string;
  notBefore: Date;
  notAfter: Date;
  spkiDer: Uint8Array;
  /** DNS, IP, email and URI names; others are in `extensions` alone. */
  sans: readonly GeneralName[];
  isCa: boolean;
  pathLength: number | null;
  /** Null: no such extension, so no restriction. */
  keyUsage: readonly KeyUsageBit[] | null;
  /** Dotted object identifiers; null: no such extension. */
  extendedKeyUsage: readonly string[] | null;
  subjectKeyIdentifier: Uint8Array | null;
  authorityKeyIdentifier: Uint8Array | null;
  extensions: readonly RawExtension[];
  signature: Uint8Array;
  signatureAlgorithmDer: Uint8Array;
  /** Null: not one that Chancery's CAs sign with. */
  signatureAlgorithm: SignatureAlgorithm | null;
}>;

/**
 * Reads one certificate, DER alone, strictly: canonical encodings, no duplicate extension. Throws
 * AppError `certificate.malformed`.
 */
export function readCertificate(der: Uint8Array): Certificate {
  try {
    return readStrictly(der);
  } catch (error) {
    if (!isAppError(error)) throw error;
    throw new AppError(
      "certificate.malformed",
      `This is not a certificate that can be read. ${error.message}`,
      { cause: error },
    );
  }
}

function readStrictly(der: Uint8Array): Certificate {
  const reader = readDer(der);
  const end = enter(reader, tags.sequence, "the certificate");
  const tbsDer = takeRaw(reader, "the certificate", tags.sequence);
  const signatureAlgorithmDer = takeRaw(reader, "the signature algorithm", tags.sequence);
  const signature = takeBitOctets(reader, "the signature");
  leave(reader, end, "the certificate");
  if (end !== der.length) throw malformed("something follows after the certificate", reader);
  const tbs = readTbs(tbsDer);
  if (!equalBytes(tbs.algorithmDer, signatureAlgorithmDer))
    throw malformed("the two signature algorithms differ (RFC 5280 §4.1.1.2)", reader);
  const extensions = checkExtensions(tbs.extensions ?? []);
  return {
    der,
    tbsDer,
    version: tbs.version + 1,
    signature,
    signatureAlgorithmDer,
    signatureAlgorithm: readSigningAlgorithm(signatureAlgorithmDer),
    serial: serialOf(tbs.serial),
    issuerDer: tbs.issuerDer,
    issuerText: describeName(tbs.issuerDer),
    subjectDer: tbs.subjectDer,
    subjectText: describeName(tbs.subjectDer),
    notBefore: timeOf(tbs.notBefore),
    notAfter: timeOf(tbs.notAfter),
    spkiDer: tbs.spkiDer,
    extensions,
    ...extensionFields(extensions),
  };
}

/** The magnitude of a positive INTEGER content; a negative or padded one is refused. */
function serialOf(content: Uint8Array): Uint8Array {
  checkInteger(content, "the serial number", { position: 0 });
  if (content[0]! >= 0x80) throw malformed("the serial number is negative", { position: 0 });
  return content[0] === 0 && content.length > 1 ? content.subarray(1) : content;
}

function timeOf({ tag, content }: RawTime): Date {
  const date = parseTime(tag, content);
  if (date === null) throw malformed("a time is not of whole seconds in UTC", { position: 0 });
  return date;
}

function checkExtensions(extensions: readonly RawExtension[]): readonly RawExtension[] {
  for (const [index, { oid, criticalContent }] of extensions.entries()) {
    const isTwice = extensions.findIndex((other) => other.oid === oid) !== index;
    if (isTwice)
      throw malformed(`the extension ${nameOfOid(oid)} occurs twice (RFC 5280 §4.2)`, {
        position: 0,
      });
    const isDer =
      criticalContent === null || (criticalContent.length === 1 && criticalContent[0] === 0xff);
    if (!isDer) throw malformed(`critical of ${nameOfOid(oid)} is not DER`, { position: 0 });
  }
  return extensions;
}

/** The value of the extension, read; null if there is none. */
export function extensionValue<T>(
  extensions: readonly RawExtension[],
  oid: string,
  read: (value: Uint8Array) => T,
): T | null {
  const found = extensions.find((extension) => extension.oid === oid);
  return found === undefined ? null : read(found.value);
}

type ExtensionFields = Pick<
  Certificate,
  | "sans"
  | "isCa"
  | "pathLength"
  | "keyUsage"
  | "extendedKeyUsage"
  | "subjectKeyIdentifier"
  | "authorityKeyIdentifier"
>;

function extensionFields(extensions: readonly RawExtension[]): ExtensionFields {
  const names = extensionValue(extensions, extensionOids.subjectAltName, readGeneralNames) ?? [];
  const constraints = extensionValue(
    extensions,
    extensionOids.basicConstraints,
    readBasicConstraints,
  );
  return {
    sans: names.flatMap(({ type, text }) => (type === null ? [] : [{ type, value: text }])),
    isCa: constraints?.isCa ?? false,
    pathLength: constraints?.pathLength ?? null,
    keyUsage: extensionValue(extensions, extensionOids.keyUsage, readKeyUsage),
    extendedKeyUsage: extensionValue(extensions, extensionOids.extKeyUsage, readExtendedKeyUsage),
    subjectKeyIdentifier: extensionValue(
      extensions,
      extensionOids.subjectKeyIdentifier,
      readSubjectKeyIdentifier,
    ),
    authorityKeyIdentifier: extensionValue(
      extensions,
      extensionOids.authorityKeyIdentifier,
      readAuthorityKeyIdentifier,
    ),
  };
}
