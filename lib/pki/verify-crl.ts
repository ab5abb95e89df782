import { AppError } from "@/lib/errors/app-error";
import { readCrlFrame, readCrlSteps, type Crl, type CrlFrame } from "./crl-reader";
import { equalBytes } from "./der";
import type { Steps } from "./steps";
import type { IssuerFacts } from "./types";
import { verifySignatureSteps } from "./verify-signature";

export type CrlHead = Pick<Crl, "crlNumber" | "thisUpdate" | "nextUpdate" | "idpUrl">;

/**
 * Number, times and distribution point of a CRL that this issuer signed. What it lists is not looked at: who signs is
 * trusted with that. Throws AppError `crl.malformed` or `crl.unverified`.
 */
export function* readSignedCrlHead(der: Uint8Array, issuer: IssuerFacts): Steps<CrlHead> {
  const frame = readCrlFrame(der);
  const isSigned = yield* isSignedBy(issuer, frame);
  if (isSigned && equalBytes(frame.tbs.issuerDer, issuer.subjectDer)) return frame.tbs;
  throw new AppError("crl.unverified", `The CRL is not one that ${issuer.subjectText} signed.`);
}

function* isSignedBy(
  issuer: IssuerFacts,
  { signatureAlgorithm, tbsDer, signature }: Omit<CrlFrame, "tbs">,
): Steps<boolean> {
  return (
    signatureAlgorithm === issuer.signatureAlgorithm &&
    (yield* verifySignatureSteps(signatureAlgorithm, issuer.spkiDer, tbsDer, signature))
  );
}

export type CrlExpectation = Readonly<{
  /** The number of the CRL that this one replaces; this one's is higher. */
  previousNumber?: bigint | null;
  /** Both ends inclusive. */
  at?: Date;
  idpUrl?: string | null;
}>;

/**
 * Reads a CRL back and verifies it before it replaces the served one: signature, issuer bytes, key
 * identifier, order of its times, no serial twice, and what `expected` asks. Returns it read.
 * Throws AppError `crl.malformed` or `crl.unverified`.
 */
export function* verifyCrl(
  der: Uint8Array,
  issuer: IssuerFacts,
  expected: CrlExpectation = {},
): Steps<Crl> {
  const crl = yield* readCrlSteps(der);
  const isSigned = yield* isSignedBy(issuer, crl);
  const isLinked =
    crl.authorityKeyIdentifier !== null &&
    equalBytes(crl.authorityKeyIdentifier, issuer.subjectKeyIdentifier);
  const problems = [
    equalBytes(crl.issuerDer, issuer.subjectDer) ? "" : "its issuer is not this authority",
    isLinked ? "" : "its authorityKeyIdentifier is not this authority's",
    isSigned ? "" : "its signature does not verify",
    crl.isUnique() ? "" : "a serial number is listed twice",
    ...unmetExpectations(crl, expected),
  ].filter((problem) => problem !== "");
  if (problems.length === 0) return crl;
  throw new AppError(
    "crl.unverified",
    `The CRL of ${issuer.subjectText} can't be used: ${problems.join("; ")}.`,
  );
}

function unmetExpectations(
  crl: Crl,
  { previousNumber = null, at, idpUrl }: CrlExpectation,
): string[] {
  return [
    crl.nextUpdate > crl.thisUpdate ? "" : "nextUpdate is not after thisUpdate",
    previousNumber === null || crl.crlNumber > previousNumber
      ? ""
      : `its number ${crl.crlNumber} is not above ${previousNumber}`,
    at === undefined || (at >= crl.thisUpdate && at <= crl.nextUpdate) ? "" : "it is not current",
    idpUrl === undefined || crl.idpUrl === idpUrl ? "" : "its distribution point is another one",
  ];
}
