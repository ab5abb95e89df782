import { isAppError } from "@/lib/errors/app-error";
import { readSignatureAlgorithm } from "./algorithms";
import { extensionValue, readCertificate, type Certificate } from "./certificate";
import { equalBytes } from "./der";
import { findConstraintViolations, readNameConstraints } from "./name-constraints";
import { extensionOids, nameOfOid } from "./oids";
import { verifyWithAlgorithm } from "./verify-signature";

const maxDepth = 8;
/**
 * Verifying a signature is expensive, so the sender of certificates must not decide how many are
 * checked.
 */
const maxSignatures = 32;

export type ChainResult =
  /** Leaf first, trusted root last. */
  Readonly<{ ok: true; chain: readonly Certificate[] }> | Readonly<{ ok: false; reason: string }>;

type Search = {
  readonly roots: readonly Certificate[];
  readonly pool: readonly Certificate[];
  readonly at: Date;
  signatures: number;
};

/**
 * Extensions that this check, or the profile of the leaf, takes into account; any other critical
 * one refuses the path (RFC 5280 §4.2).
 */
const supportedExtensions: ReadonlySet<string> = new Set([
  extensionOids.basicConstraints,
  extensionOids.keyUsage,
  extensionOids.extKeyUsage,
  extensionOids.subjectAltName,
  extensionOids.nameConstraints,
  extensionOids.subjectKeyIdentifier,
  extensionOids.authorityKeyIdentifier,
]);

/**
 * Whether a leaf chains to one of the roots at a moment (RFC 5280 §6.1 without policies):
 * signatures, validity with both ends inclusive, cA, keyCertSign, path length, name constraints,
 * critical extensions. All certificates as DER. Status, names and usages of the leaf are the
 * caller's. Never throws for bad input: an unreadable leaf is a reason, an unreadable intermediate
 * is not used.
 */
export function verifyChain(
  leafDer: Uint8Array,
  intermediates: readonly Uint8Array[],
  roots: readonly Uint8Array[],
  at: Date,
): ChainResult {
  const leaf = tryRead(leafDer);
  if (leaf === null) return { ok: false, reason: "the certificate cannot be read" };
  const search: Search = {
    roots: readAll(roots),
    pool: readAll(intermediates.slice(0, 16)),
    at,
    signatures: 0,
  };
  return (
    extend([leaf], search) ?? {
      ok: false,
      reason: "no path leads to a trusted root: its issuer is unknown",
    }
  );
}

function tryRead(der: Uint8Array): Certificate | null {
  try {
    return readCertificate(der);
  } catch (error) {
    if (isAppError(error)) return null;
    throw error;
  }
}

function readAll(list: readonly Uint8Array[]): Certificate[] {
  return list.flatMap((der) => tryRead(der) ?? []);
}

/** Depth first. Null: no issuer was found; a failure: one was found but is not acceptable. */
function extend(path: readonly Certificate[], search: Search): ChainResult | null {
  const last = path.at(-1)!;
  const actual = search.roots.find((root) => equalBytes(root.der, last.der));
  if (actual !== undefined) return validatePath(path, search.at);
  if (path.length >= maxDepth)
    return { ok: false, reason: `the path is longer than ${maxDepth} certificates` };
  let failure: ChainResult | null = null;
  for (const issuer of [...search.roots, ...search.pool]) {
    if (!isPossibleIssuer(issuer, last) || path.some((other) => equalBytes(other.der, issuer.der)))
      continue;
    search.signatures += 1;
    if (search.signatures > maxSignatures)
      return { ok: false, reason: "too many candidate issuers" };
    const result = isSignedBy(last, issuer)
      ? extend([...path, issuer], search)
      : {
          ok: false as const,
          reason: `the signature on ${last.subjectText} is not by ${issuer.subjectText}`,
        };
    if (result?.ok) return result;
    failure ??= result;
  }
  return failure;
}

function isPossibleIssuer(issuer: Certificate, child: Certificate): boolean {
  if (!equalBytes(issuer.subjectDer, child.issuerDer)) return false;
  const [expected, own] = [child.authorityKeyIdentifier, issuer.subjectKeyIdentifier];
  return expected === null || own === null || equalBytes(expected, own);
}

function isSignedBy(child: Certificate, issuer: Certificate): boolean {
  const algorithm = readSignatureAlgorithm(child.signatureAlgorithmDer);
  return (
    algorithm !== null &&
    !algorithm.isWeak &&
    verifyWithAlgorithm(algorithm, issuer.spkiDer, child.tbsDer, child.signature)
  );
}

function validatePath(path: readonly Certificate[], at: Date): ChainResult {
  for (const [index, certificate] of path.entries()) {
    const reason = problemOf(certificate, index, path, at);
    if (reason !== null)
      return { ok: false, reason: `${certificate.subjectText || "the certificate"} ${reason}` };
  }
  return { ok: true, chain: path };
}

function problemOf(
  certificate: Certificate,
  index: number,
  path: readonly Certificate[],
  at: Date,
): string | null {
  // Whole seconds: a certificate is valid through the last second of notAfter.
  const now = Math.floor(at.getTime() / 1000) * 1000;
  if (now < certificate.notBefore.getTime())
    return `is not valid before ${certificate.notBefore.toISOString()}`;
  if (now > certificate.notAfter.getTime())
    return `expired at ${certificate.notAfter.toISOString()}`;
  const unsupported = certificate.extensions.find(
    ({ oid, critical }) => critical && !supportedExtensions.has(oid),
  );
  if (unsupported !== undefined)
    return `has the critical extension ${nameOfOid(unsupported.oid)}, which is not understood`;
  return index === 0 ? null : problemOfIssuer(certificate, index, path);
}

function problemOfIssuer(
  issuer: Certificate,
  index: number,
  path: readonly Certificate[],
): string | null {
  if (!issuer.isCa) return "is not an authority (basicConstraints)";
  if (issuer.keyUsage !== null && !issuer.keyUsage.includes("keyCertSign"))
    return "may not sign certificates (keyUsage)";
  // Self-issued authorities between do not count (§6.1.4 (l)).
  const between = path
    .slice(1, index)
    .filter((other) => !equalBytes(other.subjectDer, other.issuerDer)).length;
  if (issuer.pathLength !== null && between > issuer.pathLength)
    return `allows ${issuer.pathLength} authorities below it, not ${between}`;
  return problemOfNames(issuer, path.slice(0, index));
}

function problemOfNames(issuer: Certificate, below: readonly Certificate[]): string | null {
  try {
    const constraints = extensionValue(
      issuer.extensions,
      extensionOids.nameConstraints,
      readNameConstraints,
    );
    if (constraints === null) return null;
    const violations = below.flatMap((certificate) =>
      findConstraintViolations(constraints, certificate),
    );
    return violations.length === 0
      ? null
      : `forbids by its name constraints: ${violations.join("; ")}`;
  } catch (error) {
    if (!isAppError(error)) throw error;
    return "has name constraints that cannot be read";
  }
}
