import { explicitTag, integer, sequence, tags } from "./der";
import {
  enter,
  leave,
  malformed,
  peek,
  readDer,
  take,
  takeOid,
  takeRaw,
  takeSmallInteger,
  type DerReader,
} from "./der-reader";
import { time } from "./der-time";

export type TbsFields = Readonly<{
  serial: Uint8Array;
  algorithmDer: Uint8Array;
  issuerDer: Uint8Array;
  notBefore: Date;
  notAfter: Date;
  subjectDer: Uint8Array;
  spkiDer: Uint8Array;
  extensions: readonly Uint8Array[];
}>;

/**
 * TBSCertificate, version 3, from parts that are encoded already. An empty list of extensions is
 * left out (RFC 5280 §4.1.2.9).
 */
export function encodeTbs(parts: TbsFields): Uint8Array {
  return sequence(
    explicitTag(0, integer(2)),
    integer(parts.serial),
    parts.algorithmDer,
    parts.issuerDer,
    sequence(time(parts.notBefore), time(parts.notAfter)),
    parts.subjectDer,
    parts.spkiDer,
    ...(parts.extensions.length === 0 ? [] : [explicitTag(3, sequence(...parts.extensions))]),
  );
}

/**
 * An extension as encoded: `criticalContent` are the octets of the BOOLEAN, null if it is left out.
 */
export type RawExtension = Readonly<{
  oid: string;
  criticalContent: Uint8Array | null;
  critical: boolean;
  value: Uint8Array;
}>;
export type RawTime = Readonly<{ tag: number; content: Uint8Array }>;

/**
 * A TBSCertificate as encoded, parsed but not checked, so that lints can name what is wrong with it.
 */
export type TbsView = Readonly<{
  tbsDer: Uint8Array;
  version: number;
  serial: Uint8Array;
  algorithmDer: Uint8Array;
  issuerDer: Uint8Array;
  notBefore: RawTime;
  notAfter: RawTime;
  subjectDer: Uint8Array;
  spkiDer: Uint8Array;
  hasUniqueIdentifiers: boolean;
  /** Null: the field is absent. */
  extensions: readonly RawExtension[] | null;
}>;

function takeRawTime(reader: DerReader): RawTime {
  const tag = reader.bytes[reader.position] ?? -1;
  if (tag !== tags.utcTime && tag !== tags.generalizedTime)
    throw malformed("a time expected", reader);
  return { tag, content: take(reader, tag, "a time") };
}

/**
 * Extensions element, tolerant of a `critical` that is not DER. Throws AppError `der.malformed`.
 */
export function takeExtensions(reader: DerReader): RawExtension[] {
  const end = enter(reader, tags.sequence, "the extensions");
  const extensions: RawExtension[] = [];
  while (reader.position < end) {
    const itemEnd = enter(reader, tags.sequence, "an extension");
    const oid = takeOid(reader, "the type of an extension");
    const criticalContent =
      peek(reader, itemEnd) === tags.boolean ? take(reader, tags.boolean, "critical") : null;
    const value = take(reader, tags.octetString, "the value of an extension");
    leave(reader, itemEnd, "an extension");
    extensions.push({
      oid,
      criticalContent,
      critical: criticalContent?.some((octet) => octet !== 0) ?? false,
      value,
    });
  }
  leave(reader, end, "the extensions");
  return extensions;
}

/**
 * Takes a TBSCertificate apart. Throws AppError `der.malformed` if its structure is not that of RFC
 * 5280 §4.1.
 */
export function readTbs(tbsDer: Uint8Array): TbsView {
  const reader = readDer(tbsDer);
  const end = enter(reader, tags.sequence, "the certificate");
  const version = peek(reader, end) === 0xa0 ? takeVersion(reader) : 0;
  const serial = take(reader, tags.integer, "the serial number");
  const algorithmDer = takeRaw(reader, "the signature algorithm", tags.sequence);
  const issuerDer = takeRaw(reader, "the issuer", tags.sequence);
  const validityEnd = enter(reader, tags.sequence, "the validity");
  const notBefore = takeRawTime(reader);
  const notAfter = takeRawTime(reader);
  leave(reader, validityEnd, "the validity");
  const subjectDer = takeRaw(reader, "the subject", tags.sequence);
  const spkiDer = takeRaw(reader, "the public key", tags.sequence);
  const uniqueStart = reader.position;
  for (const tag of [0x81, 0x82])
    if (peek(reader, end) === tag) take(reader, tag, "a unique identifier");
  const hasUniqueIdentifiers = reader.position > uniqueStart;
  const extensions = peek(reader, end) === 0xa3 ? takeWrappedExtensions(reader) : null;
  leave(reader, end, "the certificate");
  if (end !== tbsDer.length) throw malformed("something follows after the certificate", reader);
  return {
    tbsDer,
    version,
    serial,
    algorithmDer,
    issuerDer,
    notBefore,
    notAfter,
    subjectDer,
    spkiDer,
    hasUniqueIdentifiers,
    extensions,
  };
}

function takeVersion(reader: DerReader): number {
  const end = enter(reader, 0xa0, "the version");
  const version = takeSmallInteger(reader, "the version");
  leave(reader, end, "the version");
  return version;
}

function takeWrappedExtensions(reader: DerReader): RawExtension[] {
  const end = enter(reader, 0xa3, "the extensions");
  const extensions = takeExtensions(reader);
  leave(reader, end, "the extensions");
  return extensions;
}
