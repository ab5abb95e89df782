import { about, changedBy, insertedBy } from "./rules";
import type { Case, GuardedTable } from "./types";

/**
 * Chancery's own responder and HTTPS certificates are issued while the log is halted too: OCSP goes
 * on, and each start of the gateway needs new ones.
 */
const ownCertificate =
  "exists (select from public.profile p where p.id = new.profile_id and p.system and p.slug in ('ocsp-responder', 'console-tls'))";

const issued: Case = {
  by: [
    {
      ...about("certificate.issued"),
      mayRepeatMembers:
        "It is the hot path. Whatever this entry says, the certificate is what its plan was.",
    },
  ],
  whileHalted: ownCertificate,
};

const certificate: GuardedTable = {
  insert: [
    {
      when: "new.state = 'planned' and new.der is null",
      by: [
        {
          ...about("certificate.planned"),
          mayRepeatMembers: "It is the hot path. The signer signs nothing under such an entry.",
        },
      ],
      whileHalted: ownCertificate,
    },
    { by: [] },
  ],
  update: [
    {
      columns: [
        "state",
        "revoked_at",
        "revocation_reason",
        "revocation_comment",
        "invalidity_date",
      ],
      cases: [
        // A compromised key has to be revocable whatever became of the log.
        { when: "new.state = 'revoked'", by: [about("certificate.revoked")], whileHalted: true },
        { when: "new.state = 'held'", by: [about("certificate.held")], whileHalted: true },
        { when: "old.state = 'held'", by: [about("certificate.released")] },
        { when: "old.state = 'planned' and new.state = 'issued'", ...issued },
        {
          when: "old.state = 'planned' and new.state = 'failed'",
          by: [{ ...about("certificate.failed"), outcome: "failure" }],
          whileHalted: ownCertificate,
        },
        { by: [] },
      ],
    },
    {
      columns: ["der", "fingerprint_sha256", "issued_at"],
      cases: [
        // Each certificate is issued this way: the entry is looked for once, by the rule above.
        { when: "old.state = 'planned' and new.state = 'issued'", by: [], isHeldByOther: true },
        issued,
      ],
    },
    {
      columns: ["predecessor_id"],
      cases: [
        {
          when: "new.predecessor_id is null and new.state = 'failed'",
          by: [{ ...about("certificate.failed"), outcome: "failure" }],
          whileHalted: ownCertificate,
        },
        // What was never issued replaces nothing once it is revoked.
        {
          when: "new.predecessor_id is null and new.state = 'revoked' and new.der is null",
          by: [about("certificate.revoked")],
          whileHalted: true,
        },
        { by: [] },
      ],
    },
    changedBy(["supersede_at"], ["certificate.rotated"]),
    {
      columns: ["rotate_by", "rotation_requested_at", "rotation_requested_by", "rotation_comment"],
      cases: [
        {
          when: "new.rotate_by is null",
          by: [
            {
              ...about("certificate.rotation-request-canceled"),
              says: "new.rotation_requested_at is null and new.rotation_requested_by is null and new.rotation_comment is null",
            },
          ],
        },
        {
          by: [
            {
              ...about("certificate.rotation-requested"),
              says: "(e.j #>> '{details,replaceBy}')::timestamptz = new.rotate_by and (e.j #>> '{details,requestedAt}')::timestamptz = new.rotation_requested_at and new.rotate_by <= new.not_after",
            },
          ],
        },
      ],
    },
  ],
  fixed: [
    "id",
    "issuer_id",
    "serial",
    "profile_id",
    "profile_version",
    "identity_id",
    "subject_text",
    "common_name",
    "sans",
    "key_algorithm",
    "spki_sha256",
    "not_before",
    "not_after",
    "tbs_der",
    "plan_entry_id",
    "csr_der",
    "server_key",
    "requested_by",
    "crl_shard",
    "created_at",
  ],
  generated: ["search_text", "status_xid"],
};

const publicKey: GuardedTable = {
  insert:
    "It only says whose the key is; the certificate that is planned for it needs its entry. Without an owner there is none.",
  update: [
    {
      columns: ["blocked"],
      cases: [
        {
          when: "new.blocked and not exists (select from public.certificate c where c.spki_sha256 = new.spki_sha256)",
          by: [{ target: "encode(new.spki_sha256, 'hex')", actions: ["key.blocked"] }],
          whileHalted: true,
        },
        {
          when: "new.blocked",
          by: [
            {
              target:
                "array(select c.id from public.certificate c where c.spki_sha256 = new.spki_sha256)",
              isArray: true,
              actions: ["certificate.revoked"],
              says: "e.j #>> '{details,reason}' = 'keyCompromise'",
            },
          ],
          whileHalted: true,
        },
        // A key is never unblocked.
        { by: [] },
      ],
    },
  ],
  fixed: ["spki_sha256", "identity_id", "created_at"],
};

const crl: GuardedTable = {
  // CRLs must never run out, so they go on while the log is halted.
  insert: [{ by: [about("crl.issued")], whileHalted: true }],
  update: [],
  fixed: [
    "id",
    "authority_id",
    "shard",
    "number",
    "this_update",
    "next_update",
    "entry_count",
    "base_number",
    "created_at",
  ],
  free: {
    columns: ["der", "changes"],
    reason:
      "Bytes are dropped once a newer CRL is stored (only_lets_go); the entry keeps their hash.",
  },
};

export const certificateTables = {
  organization: {
    insert: insertedBy("organization.created"),
    update: [
      {
        columns: ["name_binding"],
        cases: [{ when: "new.name_binding = 'enforced'", by: [about("names.enforced")] }],
      },
      changedBy(["names_upgraded_at"], ["names.upgraded"]),
    ],
    fixed: ["id", "name", "created_at", "only"],
  },
  authority: {
    insert: [
      {
        when: "new.status = 'pending' and new.certificate_id is null and new.certificate_der is null",
        by: [about("authority.created")],
      },
      { by: [] },
    ],
    update: [
      {
        columns: ["status", "certificate_id", "certificate_der", "not_after"],
        cases: [
          {
            when: "old.status = 'pending' and new.status = 'active'",
            by: [
              {
                ...about("authority.activated"),
                says: "e.j #>> '{details,certificateId}' = new.certificate_id",
              },
            ],
          },
        ],
      },
    ],
    fixed: [
      "id",
      "slug",
      "name",
      "kind",
      "key_algorithm",
      "key_id",
      "parent_id",
      "subject_text",
      "crl_period_seconds",
      "created_at",
    ],
  },
  signing_key: {
    insert: insertedBy("key.created"),
    update: [],
    fixed: ["id", "algorithm", "spki_der", "created_at"],
    appendOnly: true,
  },
  profile: {
    insert: insertedBy("profile.created"),
    update: [
      changedBy(
        ["name", "description", "status", "version", "rules", "authority_id", "changed_at"],
        ["profile.updated"],
      ),
    ],
    fixed: ["id", "slug", "system", "created_at"],
  },
  profile_version: {
    insert: "Held by tlog.need_version_entry: the entry has its digest.",
    update: [],
    fixed: [
      "profile_id",
      "version",
      "slug",
      "system",
      "authority_id",
      "rules",
      "digest",
      "entry_id",
      "created_at",
    ],
    appendOnly: true,
    writtenByHand: "tlog.need_version_entry",
  },
  public_key: publicKey,
  certificate,
  crl,
} satisfies Readonly<Record<string, GuardedTable>>;
