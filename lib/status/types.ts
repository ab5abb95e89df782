import type { Crl } from "@/lib/pki/crl-reader";
import type { IssuerFacts, RevocationReason } from "@/lib/pki/types";

/**
 * The OCSP status of a serial number. A plan that is not signed yet, or has failed, is unknown like
 * any other serial number that was never issued, until it is revoked.
 */
export type CertificateStatus =
  | Readonly<{ state: "good" }>
  | Readonly<{ state: "revoked"; at: Date; reason: RevocationReason }>
  | Readonly<{ state: "unknown" }>;

/** An authority with a certificate, as CRL and OCSP need it. */
export type ServedAuthority = Readonly<{
  id: string;
  slug: string;
  parentId: string | null;
  kind: string;
  /** active or retired; a retired authority still serves the status of what it issued. */
  status: string;
  certificateDer: Uint8Array;
  issuer: IssuerFacts;
}>;

/** A delegated OCSP responder of one authority. Its key exists only in this process. */
export type Responder = Readonly<{
  spkiDer: Uint8Array;
  certificateDer: Uint8Array;
  notBefore: Date;
  notAfter: Date;
  sign: (bytes: Uint8Array) => Promise<Uint8Array>;
}>;

/** The latest CRL of one authority and shard. */
export type ServedCrl = Readonly<{
  authorityId: string;
  shard: string;
  number: bigint;
  thisUpdate: Date;
  nextUpdate: Date;
  /** Null for a complete CRL, otherwise the address in its issuingDistributionPoint. */
  idpUrl: string | null;
  der: Uint8Array;
  sha256: Uint8Array;
  /** Reads what it lists, once. Rejects with `crl.malformed`. */
  read: () => Promise<Crl>;
}>;

/** The certificate whose status is requested. */
export type StatusKey = Readonly<{ issuerId: string; serial: Uint8Array }>;
/**
 * Its row in the certificate table, or with an empty `certificateId` what the CRL states about a
 * serial number that the table does not have. `state` is planned, failed, issued, held or revoked.
 */
export type StatusRow = Readonly<{
  certificateId: string;
  state: string;
  revokedAt: Date | null;
  reason: RevocationReason | null;
  notAfter: Date;
}>;

/** How far the log and its search index are. */
export type LogSize = Readonly<{
  size: number;
  /** Entries 0 … indexed - 1 can be searched. */
  indexed: number;
  /** When the oldest entry that is not indexed was numbered; null if all are. */
  waitingSince: Date | null;
  /** Segments of the search index that are sealed, and the others. */
  sealed: number;
  fresh: number;
}>;
