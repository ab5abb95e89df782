/**
 * The actions of entries and the `details` of each. This is a contract with every verifier and
 * export: members are only ever added, and a change of meaning needs a new action. Details must
 * never contain secrets or private keys.
 */
import type { EntryId } from "@/lib/format/ids";
import type {
  ChangesDetail,
  CompatibleApi,
  RequestDetail,
  CountDetail,
  ServiceRequestDetail,
  AccountDetail,
  LinkDetail,
  LockDetail,
  SubjectDetail,
} from "./detail-types";
import type { AppliedRule } from "@/lib/pki/types";
import type { DrillFinished, VerificationFinished } from "./check-details";
import type { AlertDetails } from "./alert-details";
import type { AuthorityDetails } from "./authority-details";
import type { AcmeDetails, EnrollmentDetails } from "./acme-details";
import type { BulkDetails, CertificateDetails } from "./certificate-details";
import type { IdentityDetails, NameStatement, StatedNames } from "./identity-details";
import type { CountedRefusals, PresentedDetail } from "./refusal-details";

type NamedDetails = CertificateDetails &
  IdentityDetails &
  AuthorityDetails &
  AlertDetails &
  AcmeDetails &
  EnrollmentDetails &
  BulkDetails;
export type EntryDetails = NamedDetails & {
  "setup.completed": Readonly<{ organization: string }>;
  "organization.created": Readonly<{ name: string; nameBinding?: string }>;
  "authority.read": RequestDetail;
  /** `versionSha256`: of the version as a whole (lib/log/pure/profile-version.ts). */
  "profile.created": Readonly<{
    slug: string;
    version: number;
    rulesSha256: string;
    versionSha256: string;
    name?: string;
    description?: string;
  }>;
  "profile.updated": Readonly<{
    version: number;
    rulesSha256: string;
    versionSha256: string;
    changes: ChangesDetail;
  }>;
  "profile.read": RequestDetail;
  "identity.created": Readonly<{
    kind: string;
    owner: string;
    /** Its beginning; missing in entries of versions before it was recorded. */
    note?: string;
    /** As in `StatedNames`; missing if it holds only its own name. */
    rows?: readonly NameStatement[];
    /** The networks from which its certificates may be used; any if missing. */ networks?: string;
    /** The names that it holds from the beginning, in addition to its own. */ names?: readonly string[];
  }>;
  /** With `rows` if its name changed; `reserved`: as certificates still carry its former name. */
  "identity.updated": StatedNames &
    Readonly<{ changes: ChangesDetail; reserved?: readonly string[] }>;
  "identity.suspended": Readonly<{ comment: string }>;
  "identity.activated": Readonly<{ comment: string }>;
  "identity.read": RequestDetail;
  /** A user had the next CRL published before it was due. The target is the authority. */
  "crl.requested": Readonly<{ slug: string }>;
  "crl.issued": Readonly<{
    authorityId: string;
    shard: string;
    number: string;
    entryCount: number;
    thisUpdate?: string;
    nextUpdate: string;
    sha256: string;
  }>;
  /** `passwordDigest`: of the stored hash of the password (lib/log/credential-digest.ts). */
  "account.created": Readonly<{
    email: string;
    role: string;
    name?: string;
    passwordDigest?: string | null;
  }>;
  "account.updated": Readonly<{ changes: ChangesDetail; passwordDigest?: string }>;
  "account.locked": LockDetail;
  "account.read": RequestDetail;
  "invitation.created": LinkDetail;
  "invitation.canceled": Readonly<{ email: string }>;
  "invitation.accepted": Readonly<{ email: string }>;
  "session.started": Readonly<{
    method: "password" | "certificate";
    certificateId?: string | null;
    expiresAt?: string;
    passwordDigest?: string;
  }>;
  /**
   * `email`: as entered or, with a certificate, that of the account that it belongs to, or empty.
   */
  "session.refused": Readonly<{ email: string; method?: "password" | "certificate" }>;
  "session.ended": Readonly<{ by: string }>;
  "token.created": Readonly<{
    name: string;
    role: string;
    identityId: string | null;
    expiresAt: string | null;
    /** The token it was made with, and the account it belongs to; it ends with both. */
    parent?: SubjectDetail;
    account?: AccountDetail;
    /** Of the stored hash of the secret (lib/log/credential-digest.ts). */
    secretDigest?: string;
    /** The tokens that it was made with, nearest first. */
    lineage?: string;
  }>;
  /** `endedWith`: the maker whose end ended it. */
  "token.revoked": Readonly<{ name: string; endedWith?: SubjectDetail }>;
  "token.read": RequestDetail;
  "overview.read": RequestDetail;
  "search.read": RequestDetail;
  "audit.read": RequestDetail & Readonly<{ filter?: string }>;
  "audit.exported": Readonly<{ format: string; filter: string }> & CountDetail;
  /**
   * A request that was not processed: unauthenticated, not allowed, or malformed. `presented`: the
   * unverified contents of an unknown certificate.
   */
  "request.refused": RequestDetail &
    Readonly<{
      code: string;
      presented?: PresentedDetail;
      proxy?: string;
      /** The compatible API that was asked. */ via?: CompatibleApi;
    }>;
  /** Further refusals of unknown callers, counted: one entry a minute for each network and code. */
  "request.refused-many": CountedRefusals;
  /**
   * Forward authorization allowed a certificate's request to a service; the target is the policy.
   */
  "request.authorized": ServiceRequestDetail & Readonly<{ rule: string; policyVersion: number }>;
  /**
   * Forward authorization denied it. `code`: about the certificate (certificate.revoked …) or the
   * policy (policy.denied …).
   */
  "request.denied": ServiceRequestDetail &
    Readonly<{
      code: string;
      status: number;
      rule: string | null;
      policyVersion: number | null;
      presented?: PresentedDetail;
    }>;
  /** An event that a service reports about its own actions; `src` is its number at the service. */
  "event.reported": Readonly<{
    name: string;
    occurredAt: string;
    onBehalfOf?: string;
    clientIp?: string;
    data: Readonly<Record<string, unknown>>;
  }>;
  "policy.created": Readonly<{
    service: string;
    version: number;
    rulesSha256: string;
    name?: string;
    description?: string;
  }>;
  "policy.updated": Readonly<{ version: number; rulesSha256: string; changes: ChangesDetail }>;
  "policy.read": RequestDetail;
  "proxy.trusted": Readonly<{
    identityId: string;
    kind: string;
    hops: number;
    /** Separated by commas. Entries without it are of proxies with forward auth alone. */
    scopes?: string;
    /** Its beginning; missing in entries of versions before it was recorded. */
    note?: string;
  }>;
  /** `sessions`: how many were ended with the scope `console`. */
  "proxy.updated": Readonly<{ changes: ChangesDetail; sessions?: number }>;
  /** `sessions`: how many were ended; `certificates`: how many were issued on its word before. */
  "proxy.removed": Readonly<{ comment: string; sessions?: number; certificates?: number }>;
  "proxy.read": RequestDetail;
  "custody.read": RequestDetail;
  /**
   * A user's saved view of a list: of the audit log if `list` is missing. `filter`: the query of the
   * list's URL.
   */
  "view.created": Readonly<{ list?: string; name: string; filter: string }>;
  "view.renamed": Readonly<{ list?: string; from: string; name: string }>;
  "view.deleted": Readonly<{ list?: string; name: string }>;
  "system.started": Readonly<{ version: string }>;
  "system.recovered": Readonly<{ closed: number }>;
  /** The first entry of a demonstration: all others before `filledAt` were made by it. */
  "demo.created": Readonly<{ days: number; filledAt: string }>;
  /** The log was created, with its origin and its key. */
  "log.opened": Readonly<{ origin: string; vkey: string }>;
  /** Publishing stopped: the database contradicts a checkpoint that is remembered outside of it. */
  "log.halted": Readonly<{
    code: string;
    origin: string;
    rememberedSize: number;
    rememberedRoot: string;
    foundSize: number;
  }>;
  /**
   * A new log continues with the entries that are left. Numbers from `size` on were used before, by
   * the log `previousOrigin`. The first `proven` entries match a checkpoint of that log that the
   * database still holds.
   */
  "log.continued": Readonly<{
    origin: string;
    vkey: string;
    previousOrigin: string;
    previousCheckpoint: string;
    size: number;
    lost: number;
    comment: string;
    proven?: number;
  }>;
  /** The database was copied, with sealed keys or without; the digest is that of the manifest. */
  "backup.made": Readonly<{
    entries: number;
    bytes: number;
    keys: "sealed" | "none";
    manifestSha256: string;
  }>;
  /**
   * This database was restored from a backup. `memory`: whether the signer's memory was there, or
   * came from the backup, so that the log could not go on under its name.
   */
  "backup.restored": Readonly<{
    takenAt: string;
    entries: number;
    manifestSha256: string;
    memory: "kept" | "restored";
    /** Problems of the log that were accepted. */
    problems: number;
  }>;
  "log.anchored": Readonly<{
    size: number;
    authority: string;
    stampedAt: string;
    tokenSha256: string;
  }>;
  "log.read": RequestDetail;
  /**
   * The digest of a sealed segment of the search index: of the entries `low` to `high - 1`, in
   * hexadecimal (docs/log-format.md).
   */
  "index.sealed": Readonly<{
    low: number;
    high: number;
    format: number;
    root: string;
    pages: number;
  }>;
  /**
   * An operator has the search index built again: each segment in its place, of the entries `low` to
   * `high - 1`, or all of it from the first entry on, after it was discarded.
   */
  "index.rebuilt": Readonly<{ how: "in-place" | "discarded"; low: number; high: number }>;
  "verification.requested": Readonly<{ by: "person" | "schedule" }>;
  "verification.finished": VerificationFinished;
  "drill.requested": Readonly<{ entries: number }>;
  "drill.finished": DrillFinished;
  /**
   * A source confirms that its numbers up to `settled` were committed, except those in `voided`,
   * which were never used for an entry.
   */
  "source.heartbeat": Readonly<{
    source: string;
    boot: string;
    settled: number;
    voided: string;
    ended: boolean;
  }>;
  /** Entry numbers of a source that are missing from the log. */
  "source.gap": Readonly<{ source: string; boot: string; missing: string; count: number }>;
};
export type EntryAction = keyof EntryDetails;
export type Outcome = "success" | "denied" | "failure";

/** The reasons for a decision: the rules that were applied, and the profile version. */
export type Decision = Readonly<{ profileVersion?: number; rules: readonly AppliedRule[] }>;

/**
 * An entry as a use case creates it; actor, time, ids, origin and nonce are added when it is
 * recorded.
 */
export type NewEntry = {
  [A in EntryAction]: Readonly<{
    action: A;
    outcome: Outcome;
    reason?: string;
    target: Readonly<{ kind: string; id: string; label: string }> | null;
    decision?: Decision;
    details: EntryDetails[A];
    /** Only if the id (ent_…) must be known in advance, as for a plan; generated otherwise. */
    id?: EntryId;
  }>;
}[EntryAction];

/** The record that is hashed: canonical JSON (RFC 8785) of exactly these members. */
export type EntryRecord = Readonly<{
  v: 1;
  id: string;
  /** RFC 3339, UTC, six digits. */
  ts: string;
  action: EntryAction;
  outcome: Outcome;
  reason: string | null;
  actor: Readonly<{ kind: string; id: string | null; label: string }>;
  credential: Readonly<{
    certificateId: string | null;
    serial: string;
    fingerprintSha256: string;
  }> | null;
  target: Readonly<{ kind: string; id: string; label: string }> | null;
  origin: Readonly<{
    ip: string | null;
    port: number | null;
    userAgent: string | null;
    via: readonly string[];
  }>;
  requestId: string;
  correlationId: string;
  decision: Decision | null;
  details: Readonly<Record<string, unknown>>;
  /**
   * The process that numbered this entry, the run of that process, and the entry's number in that
   * run (from 1, dense), so that a lost entry shows as a gap.
   */
  src?: Readonly<{ id: string; boot: string; seq: number }>;
  /** 16 random bytes, base64url: a leaf hash must not be an oracle for a guessable entry. */
  nonce: string;
}>;
