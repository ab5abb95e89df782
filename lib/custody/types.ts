import type { Credential } from "@/lib/auth/actor";
import type { ProxyKind } from "@/lib/proxies/schema";

/** The identity and certificate that a request was proved to come from. Lower-case hex. */
export type Peer = Readonly<{
  certificateId: string;
  serial: string;
  fingerprintSha256: string;
  notAfter: Date;
  identity: Readonly<{ id: string; name: string; kind: "person" | "service" | "device" }>;
  profile: string;
}>;

/** What the database holds of a certificate with exactly the presented bytes. */
export type KnownCertificate = Readonly<{
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
}>;

/** What a certificate that is not known here says of itself. */
export type Presented = Readonly<{
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
  "identity.suspended",
] as const;
export type CertificateCode = (typeof certificateCodes)[number];

/** Whether a certificate that a client has shown counts here and now, for this address. */
export type CertificateDecision =
  | Readonly<{ accepted: true; peer: Peer }>
  | Readonly<{
      accepted: false;
      code: CertificateCode;
      status: 401 | 403;
      /** For the caller: what is wrong, and how to mend it. */
      title: string;
      detail: string;
      /** What the record names: of a certificate of ours its id, of any other its serial and fingerprint alone; null if there is none. */
      credential: Credential | null;
      /** Set for a certificate of ours, so that its refusals are found with it. */
      known: Readonly<{
        certificateId: string;
        identity: Readonly<{ id: string; name: string }>;
      }> | null;
      presented: Presented | null;
    }>;

/** The proxy that passes a client's request on, proved by its own certificate. */
export type TrustedProxy = Readonly<{ id: string; label: string; kind: ProxyKind; hops: number }>;

/** What a trusted proxy says of the request that it asks about. */
export type ForwardedRequest = Readonly<{ method: string; path: string; host: string | null }>;

/** For pages: where and for what a certificate or an identity was used, grouped by origin. */
export type UseView = Readonly<{
  identity: Readonly<{ id: string; name: string }>;
  certificateId: string;
  /** /24 or /48. */
  network: string;
  service: string;
  count: number;
  refused: number;
  firstAt: string;
  lastAt: string;
  firstSeq: number;
  lastSeq: number;
}>;

export type OutcomePoint = Readonly<{
  at: string;
  allowed: number;
  denied: number;
  failed: number;
}>;

export type CustodyView = Readonly<{
  /** Counted up to this entry of that many. */
  upto: number;
  size: number;
  hours: number;
  /** Everything but what was never used and what is unresolved is of the time since then; `outcomes` in steps of so many hours from there. */
  from: string;
  stepHours: number;
  outcomes: readonly OutcomePoint[];
  totals: Readonly<{
    allowed: number;
    denied: number;
    failed: number;
    identities: number;
    networks: number;
  }>;
  uses: readonly UseView[];
  refusals: readonly Readonly<{ code: string; service: string; count: number; lastAt: string }>[];
  /** Valid certificates of people, services and devices that were never used, oldest first, and how many there are. */
  neverUsed: Readonly<{
    count: number;
    items: readonly Readonly<{
      id: string;
      subject: string;
      identity: Readonly<{ id: string; name: string }>;
      issuedAt: string;
      notAfter: string;
    }>[];
  }>;
  byNetworks: readonly Readonly<{
    identity: Readonly<{ id: string; name: string }>;
    networks: number;
    certificates: number;
    lastAt: string;
  }>[];
  alerts: Readonly<{ open: number; critical: number; high: number; medium: number; low: number }>;
}>;
