import type { RevocationReason } from "@/lib/pki/types";
import type {
  AccountDetail,
  CompatibleApi,
  FindingDetail,
  RequestDetail,
  ServerKeyDetail,
} from "./detail-types";

/** The details of entries about certificates. */
export type CertificateDetails = {
  "certificate.planned": Readonly<{
    issuerId: string;
    serial: string;
    profileId: string;
    profileVersion: number;
    identityId: string;
    subject: string;
    sans: readonly string[];
    notBefore: string;
    notAfter: string;
    spkiSha256: string;
    tbsSha256: string;
    predecessorId?: string;
    /** When the predecessor of a rotation is to be revoked as superseded. */
    supersedeAt?: string;
    /** The compatible API that it was requested over. */
    via?: CompatibleApi;
    /** Present where Chancery made the private key. */
    serverKey?: ServerKeyDetail;
  }>;
  "certificate.issued": Readonly<{
    serial: string;
    fingerprintSha256: string;
    tbsSha256: string;
    serverKey?: ServerKeyDetail;
  }>;
  "certificate.failed": Readonly<{ cause: string }>;
  /** A rejected request for a certificate; the target is the requested identity or profile. */
  "certificate.refused": Readonly<{
    profile: string;
    identity: string;
    subject: string | null;
    findings: readonly FindingDetail[];
    /** Requested names that the identity doesn't hold, and who does. */
    names?: readonly Readonly<{ name: string; state: string; heldBy?: string }>[];
    via?: CompatibleApi;
  }>;
  "certificate.rotated": Readonly<{ successorId: string; supersedeAt: string }>;
  /** `replaceBy`: until when a successor is to be issued. An earlier request is replaced. */
  "certificate.rotation-requested": Readonly<{
    replaceBy: string;
    requestedAt: string;
    comment: string;
  }>;
  "certificate.rotation-request-canceled": Readonly<{ comment: string }>;
  "certificate.revoked": Readonly<{
    reason: RevocationReason;
    comment: string;
    invalidityDate: string | null;
    revokedAt: string;
    raised: boolean;
    /** Revoked again because the signer remembers it and the database had lost it. */
    remembered?: true;
  }>;
  "certificate.held": Readonly<{ comment: string; revokedAt: string; remembered?: true }>;
  "certificate.released": Readonly<{ comment: string }>;
  "certificate.read": RequestDetail;
};

/** How far a bulk action came: `untried` were neither changed nor refused. */
type BulkFigures = Readonly<{
  /** What it changes; absent for certificates. */
  of?: "identities" | "alerts";
  total: number;
  done: number;
  /** Left alone, because their state had changed since the dry run. */
  changed: number;
  refused: number;
  untried: number;
}>;

/** Of an action on many certificates, identities or alerts; each has its own entry with its ID as correlation. */
export type BulkDetails = Readonly<{
  /**
   * `excluded`: how many of the selection are left alone and why ("3 own, 2 already-revoked").
   * `sha256`: of the dry run that it repeats. `idsSha256`: of the items' IDs, separated by commas.
   */
  "bulk.started": Readonly<{
    act: string;
    reason?: string;
    /** Who owns the identities from now on. */
    owner?: string;
    /** The user who the alerts are assigned to, null for none; and what they turned out to be. */
    assignee?: AccountDetail | null;
    resolution?: string;
    /** Until when the certificates are to be replaced. */
    replaceBy?: string;
    comment: string;
    filter?: string;
    count: number;
    excluded: string;
    /** How many were used in the last 24 hours, and on how many services. */
    usedLastDay: number;
    services: number;
    sha256: string;
    idsSha256: string;
  }>;
  "bulk.finished": BulkFigures;
  "bulk.canceled": BulkFigures;
  /** The one who started it was disabled, or lost the role for it. */
  "bulk.stopped": BulkFigures & Readonly<{ cause: string }>;
  /** `filter`: as in the URL of the list. */
  "inventory.exported": Readonly<{ what: string; format: string; filter: string; count: number }>;
  /** Someone reviewed it. `sha256`: of the fingerprints of all valid certificates, in order. */
  "inventory.signed-off": Readonly<{ count: number; sha256: string; comment: string }>;
  "bulk.read": Readonly<{ method: string; path: string; status?: number }>;
}>;
