import type { ErrorCode } from "@/lib/errors/codes";
import type { Credential } from "@/lib/access/actor";
import type { Peer, ProxyReference } from "@/lib/access/peer";
import type { ProxyKind, ProxyScope } from "@/lib/proxies/schema";

/** What the database holds of a certificate with exactly the presented bytes. */
export type StoredCertificate = Readonly<{
  id: string;
  serial: string;
  state: string;
  notBefore: Date;
  notAfter: Date;
  profile: string;
  identity: Readonly<{
    id: string;
    name: string;
    kind: string;
    status: string;
    networks: readonly string[];
  }>;
  /**
   * Whether it is a proxy's own: "trusted" if its identity is one now, "removed" if it was one
   * while the certificate existed.
   */
  ofProxy: "trusted" | "removed" | null;
}>;

/** What a certificate says about itself. Recorded for a certificate that has no row here. */
export type CertificateClaims = Readonly<{
  subject: string;
  issuer: string;
  notBefore: string;
  notAfter: string;
}>;

export const certificateCodes = [
  "certificate.missing",
  "certificate.unreadable",
  "certificate.unknown-issuer",
  "certificate.forged",
  "certificate.not-issued",
  "certificate.not-yet-valid",
  "certificate.expired",
  "certificate.revoked",
  "certificate.on-hold",
  "certificate.usage",
  "certificate.internal",
  "certificate.network",
  "certificate.of-proxy",
  "proxy.scope",
  "identity.suspended",
] as const satisfies readonly ErrorCode[];
/** Why a certificate doesn't authenticate: 401 or 403, by the kind of the code. */
export type CertificateCode = (typeof certificateCodes)[number];

export type CertificateRefusal = Readonly<{
  accepted: false;
  code: CertificateCode;
  /** For the caller: what is wrong, and how to fix it. */
  title: string;
  detail: string;
  /**
   * What the entry names: the id of a certificate issued here, only serial and fingerprint of any
   * other; null if no certificate was presented.
   */
  credential: Credential | null;
  /** Set for a certificate issued here, so that its refusals are found with it. */
  certificate: Readonly<{
    certificateId: string;
    identity: Readonly<{ id: string; name: string }>;
  }> | null;
  /** Set for a certificate that has no row here. */
  claims: CertificateClaims | null;
  /** The proxy that passed the certificate on; null if it was presented in the handshake. */
  assertedBy: ProxyReference | null;
}>;

/** Whether a presented certificate authenticates the caller now, from this address. */
export type CertificateDecision = Readonly<{ accepted: true; peer: Peer }> | CertificateRefusal;

/** The proxy that forwards a client's request, authenticated by its own certificate. */
export type TrustedProxy = ProxyReference &
  Readonly<{ kind: ProxyKind; hops: number; scopes: readonly ProxyScope[] }>;

/** The request that a trusted proxy asks about in forward auth. */
export type ForwardedRequest = Readonly<{ method: string; path: string; host: string | null }>;
