import { X509Certificate } from "node:crypto";
import { findCertificate, findSignedBytes } from "@/lib/custody/custody-repository";
import { decideCertificate } from "@/lib/custody/decide-certificate";
import type { CertificateFacts } from "@/lib/custody/decide-certificate";
import { readPresented, sameName } from "@/lib/custody/presented";
import type { PresentedCertificate } from "@/lib/custody/presented";
import type { CertificateDecision, TrustedProxy } from "@/lib/custody/types";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { tags } from "@/lib/pki/der";
import { enter, readDer, takeRaw } from "@/lib/pki/der-reader";

/** An authority's certificate; of a retired one too, for what it issued counts on. */
export type IssuingCertificate = Readonly<{ id: string; certificateDer: Uint8Array }>;
export type Authorities = () => readonly IssuingCertificate[];
export type Judgement = Readonly<{
  decision: CertificateDecision;
  /** Set if the certificate counts and its owner may speak for the clients of others. */
  proxy: TrustedProxy | null;
}>;

/**
 * Decides on a certificate whose holder has proved to have its key, from what the database says at this moment. Nothing is remembered between
 * requests. Throws AppError `status.unavailable` if the database does not answer in time: then nobody is anybody.
 */
export async function judgePresented(
  deps: Pick<Deps, "db" | "clock">,
  authorities: Authorities,
  presented: PresentedCertificate | null,
  ip: string | null,
): Promise<Judgement> {
  const found = presented === null ? null : await look(deps, presented.fingerprint);
  // The bytes of a known certificate were signed here: its chain needs no second proof.
  const signedBy =
    presented === null || found !== null
      ? "elsewhere"
      : await signerOf(deps, presented, authorities());
  const facts: CertificateFacts = {
    now: deps.clock.now(),
    ip,
    presented,
    known: found?.known ?? null,
    signedBy,
  };
  const decision = decideCertificate(facts);
  return { decision, proxy: decision.accepted ? (found?.proxy ?? null) : null };
}

/** As judgePresented, from the bytes. */
export async function judgeCertificate(
  deps: Pick<Deps, "db" | "clock">,
  authorities: Authorities,
  der: Uint8Array,
  ip: string | null,
): Promise<CertificateDecision> {
  return (await judgePresented(deps, authorities, readPresented(der), ip)).decision;
}

const look = (deps: Pick<Deps, "db">, fingerprint: Buffer): ReturnType<typeof findCertificate> =>
  orUnavailable(findCertificate(deps.db, fingerprint));

async function orUnavailable<T>(found: Promise<T>): Promise<T> {
  try {
    return await found;
  } catch (cause) {
    throw new AppError(
      "status.unavailable",
      "Whether the certificate still counts cannot be looked up at the moment, so nothing was done. Try again in a moment.",
      { kind: "unavailable", retryAfterSeconds: 2, cause },
    );
  }
}

const parsed = new WeakMap<Uint8Array, X509Certificate>();

async function signerOf(
  deps: Pick<Deps, "db">,
  { certificate, serial }: PresentedCertificate,
  authorities: readonly IssuingCertificate[],
): Promise<CertificateFacts["signedBy"]> {
  const named = authorities
    .map(parse)
    .filter((authority) => sameName(authority.subject, certificate.issuer));
  if (named.length === 0) return "elsewhere";
  if (!named.some((authority) => isSignedBy(certificate, authority))) return "forged";
  // Anybody can turn an ECDSA signature into a second one that verifies as well. Who shows such a copy has altered a certificate of ours, and
  // nobody's key was stolen.
  const signed = signedBytesOf(certificate.raw),
    recorded = await orUnavailable(findSignedBytes(deps.db, serial));
  return signed !== null && recorded.some((bytes) => bytes.equals(signed)) ? "forged" : "ours";
}

/** The part of a certificate that its signature covers; null if it is not in DER. */
function signedBytesOf(der: Uint8Array): Uint8Array | null {
  try {
    const reader = readDer(der);
    enter(reader, tags.sequence, "a certificate");
    return takeRaw(reader, "what was signed", tags.sequence);
  } catch {
    return null;
  }
}

function parse({ certificateDer }: IssuingCertificate): X509Certificate {
  const known = parsed.get(certificateDer) ?? new X509Certificate(certificateDer);
  parsed.set(certificateDer, known);
  return known;
}

function isSignedBy(certificate: X509Certificate, authority: X509Certificate): boolean {
  try {
    return certificate.verify(authority.publicKey);
  } catch {
    // A signature by another kind of key, or of a form that nobody knows.
    return false;
  }
}
