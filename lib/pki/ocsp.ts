import { createHash } from "node:crypto";
import { AppError } from "@/lib/errors/app-error";
import { encodeSignatureAlgorithm } from "./algorithms";
import { reasonNumbers } from "./crl-entries";
import {
  enumerated,
  explicitTag,
  lengthOfLength,
  octetString,
  oid,
  sequence,
  tags,
  writeHeader,
} from "./der";
import {
  checkInteger,
  enter,
  leave,
  malformed,
  peek,
  readDer,
  take,
  takeRaw,
  type DerReader,
} from "./der-reader";
import { generalizedTime } from "./der-time";
import { encodeExtension } from "./extensions";
import { extensionOids, otherOids } from "./oids";
import { readSpki } from "./spki";
import type { IssuerFacts, RevocationReason, SignatureAlgorithm } from "./types";

const maxOctets = 64 * 1024;
const maxCertIds = 100;

export type OcspHash = "sha1" | "sha256";
export type OcspCertId = Readonly<{
  /** Null: a hash that is not computed here, so the issuer cannot be found. */
  hashAlgorithm: OcspHash | null;
  issuerNameHash: Uint8Array;
  issuerKeyHash: Uint8Array;
  /** Magnitude, without a sign octet. */
  serial: Uint8Array;
  /** The CertID as it was asked; an answer repeats it byte for byte. */
  raw: Uint8Array;
}>;
export type OcspRequest = Readonly<{ certIds: readonly OcspCertId[]; nonce: Uint8Array | null }>;

const sha1Oid = oid(otherOids.sha1);
const sha256Oid = oid(otherOids.sha256);
const nonceOid = oid(extensionOids.ocspNonce);
const basicOid = oid(otherOids.ocspBasic);

/**
 * Reads an OCSPRequest of at most 64 KiB and 100 CertIDs (RFC 6960 §4.1). A signature is passed
 * over, a nonce has 1 to 128 octets (RFC 9654). Throws AppError `ocsp.malformed` or
 * `der.malformed`; both are answered as malformedRequest.
 */
export function parseOcspRequest(der: Uint8Array): OcspRequest {
  if (der.length > maxOctets)
    throw refuse(`it has ${der.length} octets, at most ${maxOctets} are read`);
  const reader = readDer(der);
  const end = enter(reader, tags.sequence, "the OCSP request");
  const request = readTbsRequest(reader);
  if (peek(reader, end) === 0xa0) takeRaw(reader, "the signature", 0xa0);
  leave(reader, end, "the OCSP request");
  if (end !== der.length) throw refuse("something follows after it");
  return request;
}

function refuse(what: string): AppError {
  return new AppError("ocsp.malformed", `The OCSP request cannot be answered: ${what}.`);
}

function readTbsRequest(reader: DerReader): OcspRequest {
  const end = enter(reader, tags.sequence, "the request");
  if (peek(reader, end) === 0xa0) readVersion(reader);
  if (peek(reader, end) === 0xa1) takeRaw(reader, "requestorName", 0xa1);
  const listEnd = enter(reader, tags.sequence, "the list of requests");
  const certIds: OcspCertId[] = [];
  while (reader.position < listEnd) {
    if (certIds.length === maxCertIds)
      throw refuse(`it asks for more than ${maxCertIds} certificates`);
    const requestEnd = enter(reader, tags.sequence, "a request");
    certIds.push(readCertId(reader));
    if (peek(reader, requestEnd) === 0xa0) readNonce(reader, 0xa0);
    leave(reader, requestEnd, "a request");
  }
  leave(reader, listEnd, "the list of requests");
  if (certIds.length === 0) throw refuse("it asks for no certificate");
  const nonce = peek(reader, end) === 0xa2 ? readNonce(reader, 0xa2) : null;
  leave(reader, end, "the request");
  return { certIds, nonce };
}

function readVersion(reader: DerReader): void {
  const content = take(reader, 0xa0, "the version");
  if (content.length !== 3 || content[0] !== tags.integer || content[1] !== 1 || content[2] !== 0)
    throw refuse("its version is not 1");
}

function startsWith(bytes: Uint8Array, position: number, end: number, prefix: Uint8Array): boolean {
  if (end - position < prefix.length) return false;
  for (let index = 0; index < prefix.length; index += 1)
    if (bytes[position + index] !== prefix[index]) return false;
  return true;
}

function readCertId(reader: DerReader): OcspCertId {
  const start = reader.position;
  const end = enter(reader, tags.sequence, "a CertID");
  const algorithmEnd = enter(reader, tags.sequence, "the hash algorithm");
  const { bytes, position } = reader;
  const isSha1 = startsWith(bytes, position, algorithmEnd, sha1Oid);
  const hashAlgorithm = isSha1
    ? "sha1"
    : startsWith(bytes, position, algorithmEnd, sha256Oid)
      ? "sha256"
      : null;
  reader.position = algorithmEnd;
  const issuerNameHash = take(reader, tags.octetString, "issuerNameHash");
  const issuerKeyHash = take(reader, tags.octetString, "issuerKeyHash");
  const content = take(reader, tags.integer, "serialNumber");
  leave(reader, end, "a CertID");
  checkInteger(content, "serialNumber", reader);
  if (content.length > 21) throw malformed("serialNumber is too long", reader);
  const serial = content[0] === 0 && content.length > 1 ? content.subarray(1) : content;
  return { hashAlgorithm, issuerNameHash, issuerKeyHash, serial, raw: bytes.subarray(start, end) };
}

/**
 * Extensions of a request: the nonce, if it is there; a critical one that is not known cannot be
 * honored.
 */
function readNonce(reader: DerReader, tag: number): Uint8Array | null {
  const end = enter(reader, tag, "the extensions");
  const listEnd = enter(reader, tags.sequence, "the extensions");
  let nonce: Uint8Array | null = null;
  while (reader.position < listEnd) {
    const itemEnd = enter(reader, tags.sequence, "an extension");
    const isNonce = startsWith(reader.bytes, reader.position, itemEnd, nonceOid);
    takeRaw(reader, "the type of an extension", tags.oid);
    const critical =
      peek(reader, itemEnd) === tags.boolean && take(reader, tags.boolean, "critical")[0] !== 0;
    const value = take(reader, tags.octetString, "the value of an extension");
    leave(reader, itemEnd, "an extension");
    if (!isNonce && critical) throw refuse("it has a critical extension that is not known");
    if (!isNonce) continue;
    if (nonce !== null) throw refuse("it has two nonces");
    nonce = nonceOf(value);
  }
  leave(reader, listEnd, "the extensions");
  leave(reader, end, "the extensions");
  return nonce;
}

function nonceOf(value: Uint8Array): Uint8Array {
  const reader = readDer(value);
  const nonce = take(reader, tags.octetString, "the nonce");
  leave(reader, value.length, "the nonce");
  if (nonce.length < 1 || nonce.length > 128)
    throw refuse(`its nonce has ${nonce.length} octets, 1 to 128 are allowed`);
  return nonce;
}

export type CertIdHashes = Readonly<{
  hashAlgorithm: OcspHash;
  issuerNameHash: Uint8Array;
  issuerKeyHash: Uint8Array;
}>;

/**
 * How a client names this issuer in a CertID: over the exact subject bytes and the key's bits, for
 * each hash.
 */
export function issuerCertIdHashes(
  issuer: Pick<IssuerFacts, "subjectDer" | "spkiDer">,
): readonly CertIdHashes[] {
  const { keyBits } = readSpki(issuer.spkiDer);
  const hash = (name: OcspHash, bytes: Uint8Array): Uint8Array =>
    Uint8Array.from(createHash(name).update(bytes).digest());
  return (["sha1", "sha256"] as const).map((name) => ({
    hashAlgorithm: name,
    issuerNameHash: hash(name, issuer.subjectDer),
    issuerKeyHash: hash(name, keyBits),
  }));
}

export type OcspStatus =
  | Readonly<{ state: "good" }>
  | Readonly<{ state: "unknown" }>
  | Readonly<{ state: "revoked"; at: Date; reason: RevocationReason }>;
export type OcspSingle = Readonly<{
  rawCertId: Uint8Array;
  status: OcspStatus;
  thisUpdate: Date;
  nextUpdate: Date;
}>;
export type OcspContent = Readonly<{
  /**
   * SubjectPublicKeyInfo of the responder, which is named by the SHA-1 of its key (RFC 6960 §4.2.1,
   * byKey).
   */
  responderSpki: Uint8Array;
  producedAt: Date;
  responses: readonly OcspSingle[];
  nonce: Uint8Array | null;
}>;

const good = Uint8Array.of(0x80, 0);
const unknown = Uint8Array.of(0x82, 0);

function encodeStatus(status: OcspStatus): Uint8Array {
  switch (status.state) {
    case "good":
      return good;
    case "unknown":
      return unknown;
    case "revoked": {
      const number = reasonNumbers[status.reason];
      const at = generalizedTime(status.at);
      return number === 0
        ? explicitTag(1, at)
        : explicitTag(1, at, explicitTag(0, enumerated(number)));
    }
  }
}

const responderIds = new WeakMap<Uint8Array, Uint8Array>();

function responderId(spkiDer: Uint8Array): Uint8Array {
  const cached = responderIds.get(spkiDer);
  if (cached !== undefined) return cached;
  const id = explicitTag(
    2,
    octetString(Uint8Array.from(createHash("sha1").update(readSpki(spkiDer).keyBits).digest())),
  );
  responderIds.set(spkiDer, id);
  return id;
}

/**
 * ResponseData (RFC 6960 §4.2.1), the bytes that a responder signs: times cut to whole seconds,
 * good as `80 00`, reason 0 left out. Throws AppError `ocsp.invalid` if nextUpdate is not
 * after thisUpdate, or there is no response.
 */
export function buildOcspTbs(content: OcspContent): Uint8Array {
  if (content.responses.length === 0)
    throw new AppError("ocsp.invalid", "An OCSP answer holds at least one response.");
  const singles = content.responses.map(({ rawCertId, status, thisUpdate, nextUpdate }) => {
    if (!(Math.floor(nextUpdate.getTime() / 1000) > Math.floor(thisUpdate.getTime() / 1000)))
      throw new AppError(
        "ocsp.invalid",
        "nextUpdate of an OCSP response must be after thisUpdate.",
      );
    return sequence(
      rawCertId,
      encodeStatus(status),
      generalizedTime(thisUpdate),
      explicitTag(0, generalizedTime(nextUpdate)),
    );
  });
  const extensions =
    content.nonce === null
      ? []
      : [
          explicitTag(
            1,
            sequence(encodeExtension(extensionOids.ocspNonce, false, octetString(content.nonce))),
          ),
        ];
  return sequence(
    responderId(content.responderSpki),
    generalizedTime(content.producedAt),
    sequence(...singles),
    ...extensions,
  );
}

/**
 * OCSPResponse with status successful around a signed ResponseData; the responder's certificate
 * goes along, unless it is the issuer itself (null).
 */
export function assembleOcspResponse(
  responseData: Uint8Array,
  algorithm: SignatureAlgorithm,
  signature: Uint8Array,
  responderCertificateDer: Uint8Array | null,
): Uint8Array {
  const algorithmDer = encodeSignatureAlgorithm(algorithm);
  // Lengths from the inside out, then one buffer: nested elements would copy the certificate six times.
  const list = elementLength(responderCertificateDer?.length ?? 0);
  const certificates = responderCertificateDer === null ? 0 : elementLength(list);
  const basic =
    responseData.length + algorithmDer.length + elementLength(signature.length + 1) + certificates;
  const octets = elementLength(basic);
  const bytes = basicOid.length + elementLength(octets);
  const response = successful.length + elementLength(elementLength(bytes));
  const out = new Uint8Array(elementLength(response));
  let at = writeHeader(out, 0, tags.sequence, response);
  const put = (part: Uint8Array): void => {
    out.set(part, at);
    at += part.length;
  };
  const open = (tag: number, length: number): void => {
    at = writeHeader(out, at, tag, length);
  };
  put(successful);
  open(0xa0, elementLength(bytes));
  open(tags.sequence, bytes);
  put(basicOid);
  open(tags.octetString, octets);
  open(tags.sequence, basic);
  put(responseData);
  put(algorithmDer);
  open(tags.bitString, signature.length + 1);
  put(noUnusedBits);
  put(signature);
  if (responderCertificateDer !== null) {
    open(0xa0, list);
    open(tags.sequence, responderCertificateDer.length);
    put(responderCertificateDer);
  }
  return out;
}

const successful = enumerated(0);
const noUnusedBits = Uint8Array.of(0);
/** An element whose content is this long. */
const elementLength = (length: number): number => 1 + lengthOfLength(length) + length;

const errorNumbers = {
  malformedRequest: 1,
  internalError: 2,
  tryLater: 3,
  unauthorized: 6,
} as const;

/** An OCSPResponse with an error status only; unsigned, as RFC 6960 §2.3 has it. */
export function ocspError(status: keyof typeof errorNumbers): Uint8Array {
  return sequence(enumerated(errorNumbers[status]));
}
