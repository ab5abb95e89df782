import { X509Certificate } from "node:crypto";
import type { ProxyReference } from "@/lib/access/peer";
import { AppError } from "@/lib/errors/app-error";
import { tags } from "@/lib/pki/der";
import { enter, readDer, takeRaw } from "@/lib/pki/der-reader";
import type { Deps } from "@/lib/runtime/deps";
import { findCertificate, findSignedBytes } from "./certificate-repository";
import { type CertificateFacts, evaluateCertificate } from "./evaluate-certificate";
import { type PresentedCertificate, readPresented, sameName } from "./presented-certificate";
import type { CertificateDecision, TrustedProxy } from "./types";

/** A CA certificate. Retired CAs are included: what they issued stays valid until it expires. */
export type IssuingCertificate = Readonly<{ id: string; certificateDer: Uint8Array }>;
export type Authorities = () => readonly IssuingCertificate[];
export type CertificateVerification = Readonly<{
  decision: CertificateDecision;
  /** Set if the certificate is accepted and its identity is a trusted proxy. */
  proxy: TrustedProxy | null;
}>;

/**
 * Verifies a certificate against the database as it is now. Its holder has proved possession of its
 * key, or `assertedBy` passed it on; the accepted peer says which. Nothing is cached between
 * requests. Throws AppError `status.unavailable` if the database does not answer in time: then no
 * certificate is accepted.
 */
export async function verifyCertificate(
  deps: Pick<Deps, "db" | "clock">,
  authorities: Authorities,
  presented: PresentedCertificate | null,
  ip: string | null,
  assertedBy: ProxyReference | null,
): Promise<CertificateVerification> {
  const lookup =
    presented === null
      ? null
      : await orUnavailable(findCertificate(deps.db, presented.fingerprint));
  // The bytes of a stored certificate were signed here: its chain needs no second check.
  const issuerCheck =
    presented === null || lookup !== null
      ? "unknown"
      : await checkIssuer(deps, presented, authorities());
  const decision = evaluateCertificate({
    now: deps.clock.now(),
    ip,
    assertedBy,
    presented,
    certificate: lookup?.certificate ?? null,
    issuerCheck,
  });
  return { decision, proxy: decision.accepted ? (lookup?.proxy ?? null) : null };
}

/** The same for a certificate in DER. */
export async function verifyCertificateDer(
  deps: Pick<Deps, "db" | "clock">,
  authorities: Authorities,
  der: Uint8Array,
  ip: string | null,
  assertedBy: ProxyReference | null = null,
): Promise<CertificateDecision> {
  return (await verifyCertificate(deps, authorities, readPresented(der), ip, assertedBy)).decision;
}

async function orUnavailable<T>(query: Promise<T>): Promise<T> {
  try {
    return await query;
  } catch (cause) {
    throw new AppError(
      "status.unavailable",
      "The status of the certificate can't be checked right now, so the request was not processed. Try again in a moment.",
      { retryAfterSeconds: 2, cause },
    );
  }
}

const parsedAuthorities = new WeakMap<Uint8Array, X509Certificate>();

async function checkIssuer(
  deps: Pick<Deps, "db">,
  { certificate, serial }: PresentedCertificate,
  authorities: readonly IssuingCertificate[],
): Promise<CertificateFacts["issuerCheck"]> {
  const named = authorities
    .map(parseAuthority)
    .filter((authority) => sameName(authority.subject, certificate.issuer));
  if (named.length === 0) return "unknown";
  if (!named.some((authority) => isSignedBy(certificate, authority))) return "forged";
  // Anyone can turn an ECDSA signature into a second one that also verifies. Such a copy is an
  // altered certificate, not the sign of a stolen CA key.
  const signed = signedBytesOf(certificate.raw);
  const recorded = await orUnavailable(findSignedBytes(deps.db, serial));
  return signed !== null && recorded.some((bytes) => bytes.equals(signed)) ? "forged" : "signed";
}

/** The part of a certificate that its signature covers; null if it is not DER. */
function signedBytesOf(der: Uint8Array): Uint8Array | null {
  try {
    const reader = readDer(der);
    enter(reader, tags.sequence, "a certificate");
    return takeRaw(reader, "what was signed", tags.sequence);
  } catch {
    return null;
  }
}

function parseAuthority({ certificateDer }: IssuingCertificate): X509Certificate {
  const certificate = parsedAuthorities.get(certificateDer) ?? new X509Certificate(certificateDer);
  parsedAuthorities.set(certificateDer, certificate);
  return certificate;
}

function isSignedBy(certificate: X509Certificate, authority: X509Certificate): boolean {
  try {
    return certificate.verify(authority.publicKey);
  } catch {
    // A signature of another key type, or in an unknown format.
    return false;
  }
}
