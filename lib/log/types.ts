/**
 * The kinds of entries and what each one holds in `details`. This shape is a contract with every verifier and export: fields are only ever
 * added, and a change of meaning needs a new action. No secret and no private key ever belongs here.
 */
import type { AppliedRule, RevocationReason } from "@/lib/pki/types";

export type FindingDetail = Readonly<{
  code: string;
  message: string;
  path?: string;
  clause?: string;
}>;
type Changes = Readonly<Record<string, Readonly<{ from: string | null; to: string | null }>>>;
type ByAct = Readonly<{ method: string; path: string; status?: number }>;
type Count = Readonly<{ count: number }>;
type Asked = Readonly<{ service: string; method: string; path: string; proxy: string }>;
type PresentedDetail = Readonly<{
  subject: string;
  issuer: string;
  notBefore: string;
  notAfter: string;
}>;
/** An account as entries call it: the label is its e-mail address. */
type AccountDetail = Readonly<{ id: string; label: string }>;
type SubjectDetail = Readonly<{ kind: string; id: string; label: string }>;

export type EntryDetails = {
  "setup.completed": Readonly<{ organization: string }>;
  "organization.created": Readonly<{ name: string }>;
  "authority.created": Readonly<{
    slug: string;
    keyAlgorithm: string;
    parentId: string | null;
    spkiSha256: string;
  }>;
  "authority.activated": Readonly<{ certificateId: string; notAfter: string }>;
  "authority.updated": Readonly<{ changes: Changes }>;
  "authority.read": ByAct;
  "profile.created": Readonly<{ slug: string; version: number; rulesSha256: string }>;
  "profile.updated": Readonly<{ version: number; rulesSha256: string; changes: Changes }>;
  "profile.read": ByAct;
  "identity.created": Readonly<{
    kind: string;
    owner: string;
    /** Where its certificates may be used from, if not from anywhere. */ networks?: string;
  }>;
  "identity.updated": Readonly<{ changes: Changes }>;
  "identity.suspended": Readonly<{ comment: string }>;
  "identity.activated": Readonly<{ comment: string }>;
  "identity.read": ByAct;
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
  }>;
  "certificate.issued": Readonly<{ serial: string; fingerprintSha256: string; tbsSha256: string }>;
  "certificate.failed": Readonly<{ cause: string }>;
  /** A request for a certificate that was refused; the target is the identity or profile asked for. */
  "certificate.refused": Readonly<{
    profile: string;
    identity: string;
    subject: string | null;
    findings: readonly FindingDetail[];
  }>;
  "certificate.rotated": Readonly<{ successorId: string; supersedeAt: string }>;
  "certificate.revoked": Readonly<{
    reason: RevocationReason;
    comment: string;
    invalidityDate: string | null;
    revokedAt: string;
    raised: boolean;
  }>;
  "certificate.held": Readonly<{ comment: string; revokedAt: string }>;
  "certificate.released": Readonly<{ comment: string }>;
  "certificate.read": ByAct;
  "crl.issued": Readonly<{
    authorityId: string;
    shard: string;
    number: string;
    entryCount: number;
    nextUpdate: string;
    sha256: string;
  }>;
  "account.created": Readonly<{ email: string; role: string }>;
  "account.updated": Readonly<{ changes: Changes }>;
  "account.locked": Readonly<{ failures: number; until: string }>;
  "account.read": ByAct;
  "session.started": Readonly<{ method: "password" | "certificate" }>;
  /** `email` is what was typed; with a certificate, that of the account that it would sign in to, or nothing. */
  "session.refused": Readonly<{ email: string; method?: "password" | "certificate" }>;
  "session.ended": Readonly<{ by: string }>;
  "token.created": Readonly<{
    name: string;
    role: string;
    identityId: string | null;
    expiresAt: string | null;
  }>;
  "token.revoked": Readonly<{ name: string }>;
  "token.read": ByAct;
  "overview.read": ByAct;
  "audit.read": ByAct & Readonly<{ filter?: string }>;
  "audit.exported": Readonly<{ format: string; filter: string }> & Count;
  /** A request that never became an act: not signed in, not allowed, malformed. `presented` says what a certificate that is not known here claims. */
  "request.refused": ByAct &
    Readonly<{ code: string; presented?: PresentedDetail; proxy?: string }>;
  /** A proxy asked whether a certificate may do this on that service, and was told yes. The target is the policy. */
  "request.authorized": Asked & Readonly<{ rule: string; policyVersion: number }>;
  /** … and was told no. `code` is a certificate's (certificate.revoked …) or a policy's (policy.denied …). */
  "request.denied": Asked &
    Readonly<{
      code: string;
      status: number;
      rule: string | null;
      policyVersion: number | null;
      presented?: PresentedDetail;
    }>;
  /** What a service reports of its own acts, in its own words; `src` numbers it at the service. */
  "event.reported": Readonly<{
    name: string;
    occurredAt: string;
    onBehalfOf?: string;
    clientIp?: string;
    data: Readonly<Record<string, unknown>>;
  }>;
  "policy.created": Readonly<{ service: string; version: number; rulesSha256: string }>;
  "policy.updated": Readonly<{ version: number; rulesSha256: string; changes: Changes }>;
  "policy.read": ByAct;
  "proxy.trusted": Readonly<{ identityId: string; kind: string; hops: number }>;
  "proxy.updated": Readonly<{ changes: Changes }>;
  "proxy.removed": Readonly<{ comment: string }>;
  "proxy.read": ByAct;
  "custody.read": ByAct;
  /** A rule found something; the target is the alert. `entries` are the first numbers behind it. */
  "alert.opened": Readonly<{
    rule: string;
    severity: string;
    subject: SubjectDetail;
    summary: string;
    surprise: string;
    baseline: string;
    entries: readonly number[];
  }>;
  "alert.escalated": Readonly<{ rule: string; from: string; to: string; count: number }>;
  "alert.acknowledged": Readonly<{ comment: string }>;
  /** Whose it becomes and whose it was; null is nobody's. Older entries have a name in `to` and an id in `from` instead. */
  "alert.assigned": Readonly<{
    assignee: AccountDetail | null;
    previous: AccountDetail | null;
    to?: string | null;
    from?: string | null;
  }>;
  "alert.resolved": Readonly<{ resolution: string; comment: string; count: number }>;
  "alert.read": ByAct;
  "exception.created": Readonly<{
    rule: string;
    subject: SubjectDetail;
    network: string | null;
    expiresAt: string;
    comment: string;
    alertId: string | null;
  }>;
  "exception.ended": Readonly<{ comment: string }>;
  "exception.read": ByAct;
  "rule.updated": Readonly<{ changes: Changes; comment: string }>;
  "rule.read": ByAct;
  "destination.created": Readonly<{
    kind: string;
    name: string;
    address: string;
    minSeverity: string;
  }>;
  "destination.updated": Readonly<{ changes: Changes }>;
  "destination.removed": Readonly<{ comment: string }>;
  "destination.tested": Readonly<{ deliveryId: string }>;
  "destination.read": ByAct;
  "system.started": Readonly<{ version: string }>;
  "system.recovered": Readonly<{ closed: number }>;
  /** The log got its name and its key. */
  "log.opened": Readonly<{ origin: string; vkey: string }>;
  /** Publishing stopped: what is remembered outside the database contradicts what it holds. */
  "log.halted": Readonly<{
    code: string;
    origin: string;
    rememberedSize: number;
    rememberedRoot: string;
    foundSize: number;
  }>;
  /**
   * A new log goes on with the entries that are left; numbers from `size` on were used before, by the log of `previousOrigin`. The first
   * `proven` of them fit a checkpoint that it signed and the database still holds.
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
  "log.anchored": Readonly<{
    size: number;
    authority: string;
    stampedAt: string;
    tokenSha256: string;
  }>;
  "log.read": ByAct;
  "verification.requested": Readonly<{ by: "person" | "schedule" }>;
  "verification.finished": Readonly<{
    requestEntryId: string;
    size: number;
    checkpointSize: number | null;
    level: string;
    milliseconds: number;
    checks: readonly Readonly<{ name: string; checked: number; problems: number }>[];
    /** The first few problems in words. */
    problems: readonly string[];
  }>;
  "drill.requested": Readonly<{ entries: number }>;
  "drill.finished": Readonly<{
    requestEntryId: string;
    entries: number;
    milliseconds: number;
    attacks: readonly Readonly<{
      name: string;
      what: string;
      sql: readonly string[];
      /** The control that has to catch it, and all that did. */
      expected: string;
      caughtBy: readonly string[];
      milliseconds: number;
      finding: string;
    }>[];
  }>;
  /** A source says how far its numbers are settled, and which of them were never used for an entry. */
  "source.heartbeat": Readonly<{
    source: string;
    boot: string;
    settled: number;
    voided: string;
    ended: boolean;
  }>;
  /** Numbers of a source that never arrived. */
  "source.gap": Readonly<{ source: string; boot: string; missing: string; count: number }>;
};
export type EntryAction = keyof EntryDetails;
export type Outcome = "success" | "denied" | "failure";

/** Why a decision fell as it did, for the record (what was asked, which rules, which profile version). */
export type Decision = Readonly<{ profileVersion?: number; rules: readonly AppliedRule[] }>;

/** What a use case hands to the log; actor, time, ids, origin and nonce are added when it is appended. */
export type NewEntry = {
  [A in EntryAction]: Readonly<{
    action: A;
    outcome: Outcome;
    reason?: string;
    target: Readonly<{ kind: string; id: string; label: string }> | null;
    decision?: Decision;
    details: EntryDetails[A];
    /** Set it where the id must be known beforehand (ent_…), as for a plan; made otherwise. */
    id?: string;
  }>;
}[EntryAction];

/** The record as it is hashed: canonical JSON (RFC 8785) of exactly these members. */
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
  /** Who numbered this entry, in which run of its process, and with which number of its own (from 1, dense): what gets lost shows as a gap. */
  src?: Readonly<{ id: string; boot: string; seq: number }>;
  /** 16 random bytes, base64url: a leaf hash must not be an oracle for a guessable entry. */
  nonce: string;
}>;
