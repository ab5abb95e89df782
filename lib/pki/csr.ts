import { AppError, isAppError } from "@/lib/errors/app-error";
import { readRequestAlgorithm } from "./algorithms";
import { checkDer } from "./check-der";
import { tags } from "./der";
import {
  enter,
  leave,
  peek,
  readDer,
  take,
  takeBitOctets,
  takeOid,
  takeRaw,
  takeSmallInteger,
} from "./der-reader";
import { parseGeneralName, readGeneralNames } from "./general-names";
import { inspectPublicKey } from "./keys";
import { latin1 } from "./latin1";
import { describeName, hasControlCharacters, readAttributes } from "./names";
import { extensionOids, nameOfOid, otherOids } from "./oids";
import { pemBlocks } from "./pem";
import type { DistinguishedName, GeneralName, ParsedCsr, PublicKeyFacts } from "./types";
import { verifyWithAlgorithm } from "./verify-signature";
import { parseExtensions, type RequestedExtension } from "./x509";

const maxOctets = 64 * 1024;
/** Far above what any profile needs; each name costs a check and space in the audit log. */
const maxNames = 250;
const csrLabels = new Set(["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"]);
const createCommand =
  "Make one with: openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out request.pem -subj /CN=pay.example.com -addext subjectAltName=DNS:pay.example.com";

/**
 * Reads a PKCS#10 request (RFC 2986) from PEM, base64 or DER of at most 64 KiB, and verifies that
 * its maker holds the key. Pure: the profile is checked later. Throws
 * AppError `csr.too-large`, `csr.not-a-csr`, `csr.bad-signature`, `csr.unsupported-key`,
 * `csr.weak-signature`, `csr.bad-name`, `csr.bad-extension`, each with a fix.
 */
export function parseCsr(input: string | Uint8Array): ParsedCsr {
  if (input.length > maxOctets) {
    throw new AppError(
      "csr.too-large",
      `The request has ${input.length} octets; at most ${maxOctets} are read. Send the certificate request alone. ${createCommand}`,
    );
  }
  const der = csrBytes(input);
  const fields = readFields(der);
  const key = keyOf(fields.spkiDer);
  checkSignature(fields, key);
  const subject = subjectOf(fields.subjectDer);
  return {
    der,
    subject,
    subjectText: describeName(subject),
    key,
    ...extensionsOf(fields.attributes),
  };
}

function notACsr(what?: string, cause?: unknown): AppError {
  const reason = what === undefined ? "" : `: ${what.replace(/\.$/, "")}`;
  return new AppError(
    "csr.not-a-csr",
    `That isn't a CSR${reason}. Paste the block that begins with -----BEGIN CERTIFICATE REQUEST-----.`,
    { cause },
  );
}

function csrBytes(input: string | Uint8Array): Uint8Array {
  if (typeof input !== "string" && input[0] === tags.sequence) return input;
  const text = typeof input === "string" ? withoutWideCharacters(input) : textOf(input);
  if (text.trim() === "") throw notACsr("it is empty");
  if (!text.includes("-----BEGIN ")) return bareBase64(text);
  let blocks: ReturnType<typeof pemBlocks>;
  try {
    blocks = pemBlocks(text);
  } catch (error) {
    throw isAppError(error) ? notACsr(error.message, error) : error;
  }
  const found = blocks.map((block) => block.label);
  if (found.some((label) => label.includes("PRIVATE KEY"))) {
    throw notACsr(
      "it contains a private key. Treat that key as compromised, create a new one, and send only the CSR",
    );
  }
  const requests = blocks.filter((block) => csrLabels.has(block.label));
  if (requests.length > 1) throw notACsr(`it contains ${requests.length} CSRs. Send one at a time`);
  if (requests.length === 0) throw notACsr(`it contains ${found.join(", ")}`);
  return requests[0]!.der;
}

/** The text of a file: UTF-16 with a byte order mark, as Windows saves it, or else ASCII. */
function textOf(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  return withoutWideCharacters(latin1(bytes));
}

/** A UTF-16 text that was read octet by octet has a NUL for every other one. */
const withoutWideCharacters = (text: string): string =>
  text.replace(/^(?:\uFEFF|\u00EF\u00BB\u00BF|\u00FF\u00FE|\u00FE\u00FF)/, "").replaceAll("\0", "");

function bareBase64(text: string): Uint8Array {
  const base64 = text.replace(/\s+/g, "");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) throw notACsr();
  const der = Uint8Array.from(Buffer.from(base64, "base64"));
  // A file that is not UTF-8 arrives in base64, whatever it holds.
  const isWideText = (der[0] === 0xff && der[1] === 0xfe) || (der[0] === 0xfe && der[1] === 0xff);
  if (isWideText && textOf(der).includes("-----BEGIN ")) return csrBytes(textOf(der));
  if (der[0] !== tags.sequence) throw notACsr();
  return der;
}

type CsrFields = Readonly<{
  infoDer: Uint8Array;
  subjectDer: Uint8Array;
  spkiDer: Uint8Array;
  attributes: Uint8Array;
  algorithmDer: Uint8Array;
  signature: Uint8Array;
}>;

function readFields(der: Uint8Array): CsrFields {
  try {
    checkDer(der);
    const reader = readDer(der);
    const end = enter(reader, tags.sequence, "the request");
    const infoDer = takeRaw(reader, "the request information", tags.sequence);
    const algorithmDer = takeRaw(reader, "the signature algorithm", tags.sequence);
    const signature = takeBitOctets(reader, "the signature");
    leave(reader, end, "the request");
    return { infoDer, algorithmDer, signature, ...readInfo(infoDer) };
  } catch (error) {
    if (!isAppError(error) || error.code === "csr.not-a-csr") throw error;
    throw notACsr("it is damaged or not whole", error);
  }
}

function readInfo(infoDer: Uint8Array): Pick<CsrFields, "subjectDer" | "spkiDer" | "attributes"> {
  const reader = readDer(infoDer);
  const end = enter(reader, tags.sequence, "the request information");
  const version = takeSmallInteger(reader, "the version");
  if (version !== 0) throw notACsr(`its version is ${version + 1}, not 1`);
  const subjectDer = takeRaw(reader, "the subject", tags.sequence);
  const spkiDer = takeRaw(reader, "the public key", tags.sequence);
  // RFC 2986 asks for the attributes even when there are none; some devices leave them out.
  const attributes =
    peek(reader, end) === 0xa0 ? take(reader, 0xa0, "the attributes") : new Uint8Array(0);
  leave(reader, end, "the request information");
  return { subjectDer, spkiDer, attributes };
}

function keyOf(spkiDer: Uint8Array): PublicKeyFacts {
  try {
    return inspectPublicKey(spkiDer);
  } catch (error) {
    if (!isAppError(error)) throw error;
    throw new AppError("csr.unsupported-key", error.message, { cause: error });
  }
}

function checkSignature(parts: CsrFields, key: PublicKeyFacts): void {
  const algorithm = readRequestAlgorithm(parts.algorithmDer);
  if (algorithm === null) {
    throw new AppError(
      "csr.unsupported-key",
      `The request uses a signature algorithm that is not supported (its key: ${key.text}). Use an ECDSA, RSA (PKCS#1 v1.5) or Ed25519 key with SHA-256 or better. ${createCommand}`,
    );
  }
  if (algorithm.isWeak)
    throw new AppError(
      "csr.weak-signature",
      `The request is signed with ${algorithm.text}, which can be forged. Sign it with SHA-256: openssl req -new -sha256 …`,
    );
  if (verifyWithAlgorithm(algorithm, parts.spkiDer, parts.infoDer, parts.signature)) return;
  throw new AppError(
    "csr.bad-signature",
    "The signature of the CSR doesn't match its public key: the CSR was changed after it was signed, damaged in transit, or signed with another key. Create a new CSR on the machine that holds the key, and copy it unchanged.",
  );
}

function subjectOf(der: Uint8Array): DistinguishedName {
  let attributes: ReturnType<typeof readAttributes>;
  try {
    attributes = readAttributes(der);
  } catch (error) {
    throw isAppError(error) ? notACsr(error.message, error) : error;
  }
  return attributes.map(({ type, value }) => {
    const isClean = value !== null && !hasControlCharacters(value) && value.length <= 1024;
    if (!isClean)
      throw new AppError(
        "csr.bad-name",
        `The subject's ${type} holds control characters, no text, or more than 1024 characters. Make the request with plain UTF-8 text there (openssl req -utf8).`,
      );
    return { type, value };
  });
}

type RequestedExtensions = Pick<
  ParsedCsr,
  "sans" | "basicConstraintsDer" | "ignoredExtensions" | "ignoredAttributes"
>;

function extensionsOf(attributes: Uint8Array): RequestedExtensions {
  try {
    return readRequestedExtensions(attributes);
  } catch (error) {
    if (!isAppError(error) || error.code !== "der.malformed") throw error;
    throw invalidExtensions(error.message, error);
  }
}

function invalidExtensions(what: string, cause?: unknown): AppError {
  return new AppError(
    "csr.bad-extension",
    `The extensions of the request cannot be used: ${what} Only subjectAltName is taken from a request; leave out the rest. ${createCommand}`,
    { cause },
  );
}

function readRequestedExtensions(attributes: Uint8Array): RequestedExtensions {
  const reader = readDer(attributes);
  const requested: RequestedExtension[] = [];
  const others = new Set<string>();
  let seen = 0;
  while (reader.position < attributes.length) {
    const end = enter(reader, tags.sequence, "an attribute");
    const type = takeOid(reader, "the type of an attribute");
    const values = take(reader, tags.set, "the values of an attribute");
    leave(reader, end, "an attribute");
    if (type !== otherOids.extensionRequest && type !== otherOids.microsoftExtensionRequest) {
      others.add(csrAttributeNames[type] ?? type);
      continue;
    }
    seen += 1;
    if (seen > 1) throw invalidExtensions("they are asked for twice.");
    const valuesReader = readDer(values);
    requested.push(
      ...parseExtensions(takeRaw(valuesReader, "the requested extensions", tags.sequence)),
    );
    leave(valuesReader, values.length, "the requested extensions");
  }
  return { ...namesAndRest(requested), ignoredAttributes: [...others] };
}

/** Attributes of a CSR that tools add by themselves or ask for (PKCS#9, MS-WCCE §2.2.2.7). */
const csrAttributeNames: Readonly<Record<string, string>> = {
  "1.2.840.113549.1.9.7": "challengePassword",
  "1.2.840.113549.1.9.2": "unstructuredName",
  "1.2.840.113549.1.9.8": "unstructuredAddress",
  "1.3.6.1.4.1.311.13.2.1": "enrollmentNameValuePair",
  "1.3.6.1.4.1.311.13.2.2": "enrollmentCSP",
  "1.3.6.1.4.1.311.13.2.3": "osVersion",
  "1.3.6.1.4.1.311.21.20": "requestClientInfo",
};

function namesAndRest(
  requested: readonly RequestedExtension[],
): Omit<RequestedExtensions, "ignoredAttributes"> {
  const oids = requested.map((extension) => extension.oid);
  const twice = oids.find((oid, index) => oids.indexOf(oid) !== index);
  if (twice !== undefined)
    throw invalidExtensions(`${nameOfOid(twice)} (${twice}) is asked for twice.`);
  const san = requested.find((extension) => extension.oid === extensionOids.subjectAltName);
  const ignored = oids.filter((oid) => oid !== extensionOids.subjectAltName);
  return {
    sans: san === undefined ? [] : sansOf(san.value),
    basicConstraintsDer: requested.find(({ oid }) => oid === extensionOids.basicConstraints)?.value,
    ignoredExtensions: ignored.map((oid) =>
      nameOfOid(oid) === oid ? oid : `${nameOfOid(oid)} (${oid})`,
    ),
  };
}

function sansOf(value: Uint8Array): GeneralName[] {
  const all = readGeneralNames(value);
  if (all.length > maxNames)
    throw new AppError(
      "csr.bad-name",
      `The subjectAltName holds ${all.length} names; at most ${maxNames} are read. Split them across several certificates.`,
    );
  const names = all.map((found, index) => {
    if (found.type === null)
      throw new AppError(
        "csr.bad-name",
        `The subjectAltName holds a ${found.text} (number ${index + 1}). Use DNS, IP, email and URI names only.`,
      );
    try {
      return parseGeneralName(found.type, found.text);
    } catch (error) {
      if (!isAppError(error)) throw error;
      throw new AppError(
        "csr.bad-name",
        `Name ${index + 1} of the subjectAltName: ${error.message}`,
        { cause: error },
      );
    }
  });
  const texts = new Set<string>();
  return names.filter(({ type, value: text }) => texts.size !== texts.add(`${type}:${text}`).size);
}
