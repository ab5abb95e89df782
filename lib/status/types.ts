import type { IssuerFacts, RevocationReason } from "@/lib/pki/types";

/** What OCSP says about a serial. A plan that was never signed, or failed, is as unknown as a serial that nobody chose. */
export type CertificateStatus =
  | Readonly<{ state: "good" }>
  | Readonly<{ state: "revoked"; at: Date; reason: RevocationReason }>
  | Readonly<{ state: "unknown" }>;

/** An authority with a certificate, as the status services need it. */
export type ServedAuthority = Readonly<{
  id: string;
  slug: string;
  parentId: string | null;
  kind: string;
  /** active or retired; a retired authority still answers for what it issued. */
  status: string;
  certificateDer: Uint8Array;
  issuer: IssuerFacts;
}>;

/** A delegated OCSP responder: its key lives in this process, its certificate names one authority as issuer. */
export type Responder = Readonly<{
  spkiDer: Uint8Array;
  certificateDer: Uint8Array;
  notAfter: Date;
  sign: (bytes: Uint8Array) => Promise<Uint8Array>;
}>;

/** The newest CRL of one authority and shard, as it is served. */
export type ServedCrl = Readonly<{
  authorityId: string;
  shard: string;
  number: bigint;
  thisUpdate: Date;
  nextUpdate: Date;
  der: Uint8Array;
}>;

/** Which certificate is asked about. */
export type StatusKey = Readonly<{ issuerId: string; serial: Uint8Array }>;
/** What the certificate table holds of it. `state` is planned, failed, issued, held or revoked. */
export type StatusRow = Readonly<{
  certificateId: string;
  state: string;
  revokedAt: Date | null;
  reason: RevocationReason | null;
  notAfter: Date;
}>;
