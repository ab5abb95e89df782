import { AppError, isAppError } from "@/lib/errors/app-error";
import { readSigningAlgorithm } from "./algorithms";
import {
  checkEntries,
  indexAny,
  indexAscending,
  type CheckedEntries,
  type CrlIndex,
} from "./crl-index";
import { equalBytes, tags } from "./der";
import {
  enter,
  leave,
  malformed,
  peek,
  readDer,
  take,
  takeBitOctets,
  takeInteger,
  takeRaw,
  takeSmallInteger,
  takeTime,
  type DerReader,
} from "./der-reader";
import { readAuthorityKeyIdentifier, takeDistributionPointName } from "./extension-values";
import { extensionOids, nameOfOid } from "./oids";
import { atOnce, type Steps } from "./steps";
import { takeExtensions, type RawExtension } from "./tbs";
import {
  revocationReasons,
  type RevocationReason,
  type RevokedEntry,
  type SignatureAlgorithm,
} from "./types";

/** A CRL, read strictly. `entries` and `has` walk the DER that was read; nothing is copied. */
export type Crl = Readonly<{
  der: Uint8Array;
  tbsDer: Uint8Array;
  issuerDer: Uint8Array;
  thisUpdate: Date;
  nextUpdate: Date;
  crlNumber: bigint;
  /** URI of the issuingDistributionPoint; null if there is none. */
  idpUrl: string | null;
  authorityKeyIdentifier: Uint8Array | null;
  count: number;
  /** The entries as they are encoded. */
  listed: ListedEntries;
  /** Whether the serial is listed. */
  has: (serial: Uint8Array) => boolean;
  /** The entry of a serial, or null. */
  find: (serial: Uint8Array) => RevokedEntry | null;
  entries: () => Generator<RevokedEntry>;
  /** Whether no serial is listed twice. */
  isUnique: () => boolean;
  signatureAlgorithm: SignatureAlgorithm;
  signature: Uint8Array;
}>;

const reasonByNumber: Readonly<Record<number, RevocationReason>> = {
  0: "unspecified",
  1: "keyCompromise",
  2: "cACompromise",
  3: "affiliationChanged",
  4: "superseded",
  5: "cessationOfOperation",
  6: "certificateHold",
  9: "privilegeWithdrawn",
  10: "aACompromise",
};

/**
 * Reads a full CRL of the kind that Chancery writes and checks every entry. Throws AppError
 * `crl.malformed`.
 */
export const readCrl = (der: Uint8Array): Crl => atOnce(readCrlSteps(der));

/** `readCrl` of a large CRL. */
export function* readCrlSteps(der: Uint8Array): Steps<Crl> {
  const frame = readCrlFrame(der);
  const entries = frame.tbs.list ?? new Uint8Array(0);
  try {
    return crlOf(der, frame, { list: entries, ...(yield* checkEntries(entries)) });
  } catch (error) {
    throw crlError(error);
  }
}

/** What can't be read is a CRL that can't be read. */
function crlError(error: unknown): unknown {
  if (!isAppError(error)) return error;
  return new AppError("crl.malformed", `This CRL cannot be read. ${error.message}`, {
    cause: error,
  });
}

export type CrlFrame = Readonly<{
  tbsDer: Uint8Array;
  tbs: CrlTbs;
  signatureAlgorithm: SignatureAlgorithm;
  signature: Uint8Array;
}>;

/** A CRL without a look at what it lists. Throws AppError `crl.malformed`. */
export function readCrlFrame(der: Uint8Array): CrlFrame {
  try {
    return readFrame(der);
  } catch (error) {
    throw crlError(error);
  }
}

function readFrame(der: Uint8Array): CrlFrame {
  const reader = readDer(der);
  const end = enter(reader, tags.sequence, "the CRL");
  const tbsDer = takeRaw(reader, "the CRL", tags.sequence);
  const algorithmDer = takeRaw(reader, "the signature algorithm", tags.sequence);
  const signature = takeBitOctets(reader, "the signature");
  leave(reader, end, "the CRL");
  if (end !== der.length) throw malformed("something follows after the CRL", reader);
  const tbs = readCrlTbs(tbsDer);
  const signatureAlgorithm = readSigningAlgorithm(algorithmDer);
  if (signatureAlgorithm === null || !equalBytes(tbs.algorithmDer, algorithmDer))
    throw malformed("the signature algorithms differ or are unknown", reader);
  return { tbsDer, tbs, signatureAlgorithm, signature };
}

export type ListedEntries = CheckedEntries & Readonly<{ list: Uint8Array }>;

function crlOf(
  der: Uint8Array,
  { tbsDer, tbs, signatureAlgorithm, signature }: CrlFrame,
  checked: ListedEntries,
): Crl {
  const { list: _, ...fields } = tbs;
  const { count, isAscending, list: entries } = checked;
  let cachedIndex: CrlIndex | null = null;
  const index = (): CrlIndex =>
    (cachedIndex ??= isAscending ? indexAscending(entries, checked) : indexAny(entries));
  return {
    der,
    tbsDer,
    signature,
    signatureAlgorithm,
    ...fields,
    count,
    listed: checked,
    has: (serial) => index().locate(serial) >= 0,
    find: (serial) => {
      const at = index().locate(serial);
      return at < 0 ? null : readEntryAt(entries, at);
    },
    entries: () => eachEntry(entries),
    isUnique: () => isAscending || index().size === count,
  };
}

type CrlTbs = Pick<
  Crl,
  "issuerDer" | "thisUpdate" | "nextUpdate" | "crlNumber" | "idpUrl" | "authorityKeyIdentifier"
> &
  Readonly<{ algorithmDer: Uint8Array; list: Uint8Array | null }>;

function readCrlTbs(tbsDer: Uint8Array): CrlTbs {
  const reader = readDer(tbsDer);
  const end = enter(reader, tags.sequence, "the CRL");
  if (takeSmallInteger(reader, "the version") !== 1)
    throw malformed("the version is not 2", reader);
  const algorithmDer = takeRaw(reader, "the signature algorithm", tags.sequence);
  const issuerDer = takeRaw(reader, "the issuer", tags.sequence);
  const thisUpdate = takeTime(reader, "thisUpdate");
  const nextUpdate = takeTime(reader, "nextUpdate");
  const list =
    peek(reader, end) === tags.sequence ? take(reader, tags.sequence, "the entries") : null;
  if (list?.length === 0)
    throw malformed(
      "the list of entries is empty; it is left out then (RFC 5280 §5.1.2.6)",
      reader,
    );
  const extensionsEnd = enter(reader, 0xa0, "the extensions of the CRL");
  const extensions = takeExtensions(reader);
  leave(reader, extensionsEnd, "the extensions of the CRL");
  leave(reader, end, "the CRL");
  return { algorithmDer, issuerDer, thisUpdate, nextUpdate, list, ...crlExtensions(extensions) };
}

function crlExtensions(
  extensions: readonly RawExtension[],
): Pick<CrlTbs, "crlNumber" | "idpUrl" | "authorityKeyIdentifier"> {
  let crlNumber: bigint | null = null;
  let idpUrl: string | null = null;
  let authorityKeyIdentifier: Uint8Array | null = null;
  for (const [index, { oid, critical, value }] of extensions.entries()) {
    if (extensions.findIndex((other) => other.oid === oid) !== index)
      throw malformed(`${nameOfOid(oid)} occurs twice`, { position: 0 });
    if (oid === extensionOids.cRLNumber) crlNumber = readNumber(value);
    else if (oid === extensionOids.authorityKeyIdentifier)
      authorityKeyIdentifier = readAuthorityKeyIdentifier(value);
    else if (oid === extensionOids.issuingDistributionPoint && critical) idpUrl = readIdp(value);
    else if (critical || oid === extensionOids.issuingDistributionPoint)
      throw malformed(`the extension ${nameOfOid(oid)} is not supported in this form`, {
        position: 0,
      });
  }
  if (crlNumber === null) throw malformed("there is no cRLNumber", { position: 0 });
  return { crlNumber, idpUrl, authorityKeyIdentifier };
}

function readNumber(value: Uint8Array): bigint {
  const reader = readDer(value);
  const content = takeInteger(reader, "cRLNumber");
  leave(reader, value.length, "cRLNumber");
  if (content[0]! >= 0x80 || content.length > 20)
    throw malformed("cRLNumber is negative or longer than 20 octets", reader);
  return BigInt(`0x${Buffer.from(content).toString("hex")}`);
}

function readIdp(value: Uint8Array): string {
  const reader = readDer(value);
  const end = enter(reader, tags.sequence, "issuingDistributionPoint");
  const [url] = peek(reader, end) === 0xa0 ? takeDistributionPointName(reader) : [];
  leave(reader, end, "issuingDistributionPoint");
  if (url === undefined || end !== value.length)
    throw malformed("issuingDistributionPoint names no address", reader);
  return url;
}

function* eachEntry(list: Uint8Array): Generator<RevokedEntry> {
  const reader = readDer(list);
  while (reader.position < list.length) yield takeEntry(reader);
}

function takeEntry(reader: DerReader): RevokedEntry {
  const end = enter(reader, tags.sequence, "an entry");
  const content = takeInteger(reader, "a serial number");
  const revokedAt = takeTime(reader, "the time of an entry");
  const extensions = reader.position < end ? takeExtensions(reader) : null;
  leave(reader, end, "an entry");
  if (extensions?.length === 0)
    throw malformed("the extensions of an entry are empty; they are left out then", reader);
  return {
    serial: content[0] === 0 && content.length > 1 ? content.subarray(1) : content,
    revokedAt,
    ...entryFields(extensions ?? []),
  };
}

/**
 * The entry whose serial has its content at `at`: before it are the serial's header of two octets,
 * and the entry's, of two octets up to a length of 127.
 */
function readEntryAt(list: Uint8Array, at: number): RevokedEntry {
  const isShort = list[at - 4] === tags.sequence && list[at - 3]! < 0x80;
  return takeEntry(readDer(list, at - (isShort ? 4 : 5)));
}

function entryFields(
  extensions: readonly RawExtension[],
): Pick<RevokedEntry, "reason" | "invalidityDate"> {
  let reason: RevocationReason = "unspecified";
  let invalidityDate: Date | null = null;
  for (const { oid, critical, value } of extensions) {
    if (oid === extensionOids.reasonCode) reason = readReason(value);
    else if (oid === extensionOids.invalidityDate)
      invalidityDate = takeTime(readDer(value), "invalidityDate");
    else if (critical)
      throw malformed(`the entry's extension ${nameOfOid(oid)} is not understood`, { position: 0 });
  }
  return { reason, invalidityDate };
}

function readReason(value: Uint8Array): RevocationReason {
  const number = takeSmallInteger(readDer(value), "a reason", tags.enumerated);
  const reason = reasonByNumber[number];
  if (reason === undefined || !revocationReasons.includes(reason) || number === 0)
    throw malformed(`the reason ${number} is not one that an entry states`, { position: 0 });
  return reason;
}
