import { AppError } from "@/lib/errors/app-error";
import { encodeSignatureAlgorithm } from "./algorithms";
import type { EntryList } from "./crl-entries";
import {
  bitString,
  explicitTag,
  integer,
  lengthOfLength,
  sequence,
  tags,
  unsignedBytes,
  writeHeader,
} from "./der";
import { time, wholeSeconds } from "./der-time";
import {
  authorityKeyIdentifierExtension,
  distributionPointName,
  encodeExtension,
} from "./extensions";
import { extensionOids } from "./oids";
import { assembleSigned } from "./sign";
import type { Steps } from "./steps";
import type { IssuerFacts, SignatureAlgorithm } from "./types";

/** The longest life of a CRL: ten days. */
const crlLifeLimitMs = 10 * 86_400_000;

/**
 * Numbers are milliseconds since 1970, or one more than the last. A stored number of more than ten
 * years from now was never given to a CRL, and is not continued from.
 */
export function highestAdoptedCrlNumber(now: Date): bigint {
  return BigInt(now.getTime() + 3_650 * 86_400_000);
}

export type CrlContent = Readonly<{
  issuer: IssuerFacts;
  crlNumber: bigint;
  thisUpdate: Date;
  nextUpdate: Date;
  /**
   * Null for a complete CRL. OpenSSL's check of a whole chain, NSS and Mbed TLS refuse a complete
   * CRL with an issuingDistributionPoint, and without one it is valid at every address (RFC 5280
   * §5.2.5). For a part of it, the address in the CRL distribution point of its certificates.
   */
  idpUrl: string | null;
  entries: EntryList;
}>;

function refuse(message: string): AppError {
  return new AppError("crl.invalid", message);
}

function checkContent({ crlNumber, thisUpdate, nextUpdate }: CrlContent): void {
  const life = wholeSeconds(nextUpdate).getTime() - wholeSeconds(thisUpdate).getTime();
  if (!(life > 0 && life <= crlLifeLimitMs))
    throw refuse("nextUpdate of a CRL must be after thisUpdate, by ten days at most.");
  // 20 octets at most; the last octet's highest bit stays clear so that the number is positive
  // (§5.2.3).
  if (crlNumber < 0n || crlNumber >= 1n << 159n)
    throw refuse("A cRLNumber is from 0 to 2^159 - 1.");
}

/** A CRL that is encoded up to its signature, in the one buffer that the whole of it will be in. */
export type UnsignedCrl = Readonly<{
  tbsDer: Uint8Array;
  /** The entries as they were written. */
  list: Uint8Array;
  /** The whole CRL, in the same buffer. */
  finish: (algorithm: SignatureAlgorithm, signature: Uint8Array) => Uint8Array;
}>;

/** What the header around a whole CRL takes at most, and what algorithm and signature take. */
const frontOctets = 6,
  endOctets = 1_024;

/**
 * TBSCertList, version 2: authorityKeyIdentifier, cRLNumber and, for a part of the CRL, a critical
 * issuingDistributionPoint; no entry list if nothing is revoked, no reason 0, no empty extensions.
 * It is written into what `allocate` returns, which is at least that long. Throws AppError
 * `crl.invalid` for times and number.
 */
export function* layOutCrl(
  content: CrlContent,
  allocate = (length: number): Uint8Array => new Uint8Array(length),
): Steps<UnsignedCrl> {
  checkContent(content);
  const before = partsBefore(content);
  const after = explicitTag(0, sequence(...extensionsOf(content)));
  const listLength = content.entries.length;
  const listHeader = listLength === 0 ? 0 : 1 + lengthOfLength(listLength);
  const tbsLength = before.length + listHeader + listLength + after.length;
  const tbsEnd = frontOctets + 1 + lengthOfLength(tbsLength) + tbsLength;
  const out = allocate(tbsEnd + endOctets);
  let offset = writeHeader(out, frontOctets, tags.sequence, tbsLength);
  out.set(before, offset);
  offset += before.length;
  if (listLength > 0) {
    offset = writeHeader(out, offset, tags.sequence, listLength);
    offset = yield* content.entries.write(out, offset);
  }
  const list = out.subarray(offset - listLength, offset);
  if (offset + after.length !== tbsEnd)
    throw new Error("the entries of a CRL take another length than they said");
  out.set(after, offset);
  const tbsDer = out.subarray(frontOctets, tbsEnd);
  return {
    tbsDer,
    list,
    finish: (algorithm, signature) => {
      const rest = [encodeSignatureAlgorithm(algorithm), bitString(signature)] as const;
      const restLength = rest[0].length + rest[1].length;
      if (restLength > endOctets) return assembleSigned(tbsDer, algorithm, signature);
      const length = tbsDer.length + restLength;
      const start = frontOctets - 1 - lengthOfLength(length);
      writeHeader(out, start, tags.sequence, length);
      out.set(rest[0], tbsEnd);
      out.set(rest[1], tbsEnd + rest[0].length);
      return out.subarray(start, tbsEnd + restLength);
    },
  };
}

const partsBefore = ({ issuer, thisUpdate, nextUpdate }: CrlContent): Uint8Array =>
  Buffer.concat([
    integer(1),
    encodeSignatureAlgorithm(issuer.signatureAlgorithm),
    issuer.subjectDer,
    time(thisUpdate),
    time(nextUpdate),
  ]);

const extensionsOf = ({ issuer, crlNumber, idpUrl }: CrlContent): Uint8Array[] => [
  authorityKeyIdentifierExtension(issuer.subjectKeyIdentifier),
  encodeExtension(extensionOids.cRLNumber, false, integer(unsignedBytes(crlNumber))),
  ...(idpUrl === null
    ? []
    : [
        encodeExtension(
          extensionOids.issuingDistributionPoint,
          true,
          sequence(distributionPointName(idpUrl)),
        ),
      ]),
];
