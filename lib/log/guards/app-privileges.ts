import { guardedTables } from "./guarded-tables";
import type { RolePrivileges, TablePrivileges } from "./privilege-types";
import type { GuardedTable } from "./types";

/**
 * What the application's role may do (chancery_app, or a member of it): only what a statement of
 * the application does. The migrations grant this and nothing else, and a test compares the list
 * with the catalog in both directions.
 */

/** Columns of guarded tables that are set later, so that no insert names them. */
const setLater: Readonly<Record<string, readonly string[]>> = {
  certificate: [
    "der",
    "fingerprint_sha256",
    "supersede_at",
    "rotate_by",
    "rotation_requested_at",
    "rotation_requested_by",
    "rotation_comment",
    "crl_shard",
    "revoked_at",
    "revocation_reason",
    "revocation_comment",
    "invalidity_date",
    "issued_at",
  ],
  organization: ["names_upgraded_at"],
  public_key: ["blocked"],
  invitation: ["used_at", "canceled_at"],
  acme_key: ["revoked_at"],
  enrollment_secret: ["revoked_at"],
  ca_permission: ["revoked_at"],
  acme_order: ["certificate_id", "problem", "csr_der", "lease_until"],
  acme_authorization: ["problem", "challenge", "lease_until"],
  alert: [
    "assigned_to",
    "acknowledged_by",
    "acknowledged_at",
    "resolved_by",
    "resolved_at",
    "resolution",
  ],
};

/** Guarded tables that the application only reads: the signer makes the rows. */
const readOnly: ReadonlySet<string> = new Set(["signing_key"]);

function privilegesOf(name: string, guard: GuardedTable): TablePrivileges {
  if (readOnly.has(name)) return { select: "all" };
  const changed = [
    ...guard.update.flatMap(({ columns }) => columns),
    // Derived figures are changed by custody.take_batch alone.
    ...(name === "alert_figures" ? [] : (guard.free?.columns ?? [])),
  ];
  const all = [
    ...guard.fixed,
    ...changed,
    ...(name === "alert_figures" ? (guard.free?.columns ?? []) : []),
  ];
  const later = new Set(setLater[name] ?? []);
  return {
    select: "all",
    insert: all.filter((column) => !later.has(column)),
    ...(changed.length > 0 ? { update: changed } : {}),
    ...(guard.deleted ? { delete: true } : {}),
  };
}

const guarded = Object.fromEntries(
  Object.entries(guardedTables).map(([name, guard]) => [
    `public.${name}`,
    privilegesOf(name, guard),
  ]),
);

const read: TablePrivileges = { select: "all" };

export const appPrivileges: RolePrivileges = {
  schemas: ["public", "tlog", "intake", "custody"],
  tables: {
    ...guarded,
    "public._prisma_migrations": read,
    "public.ceiling": read,
    "public.ca_permission_decision": read,
    "public.sign_in_failure": {
      select: "all",
      insert: ["key", "count", "first_at", "last_at", "locked_until"],
      update: ["count", "first_at", "last_at", "locked_until"],
      delete: true,
    },
    "public.idempotency_key": {
      select: "all",
      insert: ["actor_id", "key", "request_hash", "created_at", "claim", "backend"],
      update: [
        "request_hash",
        "status",
        "body",
        "created_at",
        "claim",
        "claimed_at",
        "backend",
        "entry_id",
        "target_id",
      ],
      delete: true,
    },
    "public.bulk_result": {
      select: "all",
      insert: ["bulk_id", "n", "outcome", "code", "message", "entry_id", "at", "certificate_id"],
    },
    "public.bulk_request": {
      select: "all",
      insert: ["bulk_id", "n", "label", "identity_id", "profile_id", "csr_der", "add_names"],
    },
    "public.acme_nonce": { select: "all", insert: ["nonce", "expires_at"], delete: true },
    "public.delivery_attempt": {
      select: "all",
      insert: ["delivery_id", "n", "at", "ok", "answer", "milliseconds"],
      update: ["ok", "answer", "milliseconds"],
      delete: true,
    },

    "tlog.inbox": { insert: ["entry", "entry_id", "target_id"], maintain: true },
    "tlog.entry": read,
    "tlog.head": read,
    "tlog.log": read,
    "tlog.tile": read,
    "tlog.tree": read,
    "tlog.checkpoint": read,
    "tlog.cosignature": read,
    "tlog.anchor": read,
    "tlog.witness": read,
    "tlog.indexed": read,
    "tlog.segment": read,
    "tlog.page": read,
    "tlog.page_fresh": read,
    "tlog.source": read,
    "tlog.skipped_entry": read,
    "tlog.work": {
      select: "all",
      insert: ["id", "kind", "note"],
      update: ["done", "total", "note", "updated_at", "ended_at"],
      delete: true,
    },

    "intake.run": read,
    "intake.receipt": read,

    "custody.cursor": read,
    "custody.use": read,
    "custody.tally": read,
    "custody.issued": read,
    "custody.active_hour": read,
    "custody.moments": read,
    "custody.alert_entry": read,
  },
  functions: [
    "custody.behind",
    "custody.forget_moments",
    "custody.take_batch",
    "intake.accept",
    "intake.forget_receipts",
    "tlog.add_anchor",
    "tlog.add_checkpoint",
    "tlog.add_pages",
    "tlog.add_cosignature",
    "tlog.continue_log",
    "tlog.count_ranges",
    "tlog.count_sources",
    "tlog.crl_with_changes",
    "tlog.expect_index",
    "tlog.find_entries",
    "tlog.forget_witnesses",
    "tlog.grow_tree",
    "tlog.halt",
    "tlog.halted_changes",
    "tlog.inbox_about",
    "tlog.inbox_backlog",
    "tlog.inbox_holds",
    "tlog.inbox_newest",
    "tlog.name_is_canonical",
    "tlog.name_span_of",
    "tlog.names_in",
    "tlog.note_skipped",
    "tlog.note_witness",
    "tlog.open_log",
    "tlog.publish_checkpoint",
    "tlog.rebuild_search",
    "tlog.draft_segment",
    "tlog.replace_segments",
    "tlog.say_ranges",
    "tlog.sequence_batch",
    "tlog.thin_checkpoints",
    "tlog.token_maker",

    // Of the generated columns and checks of identity_name.
    "tlog.common_name_span",
    "tlog.dns_span",
    "tlog.ip_span",
    "tlog.is_dns_name",
    "tlog.mailbox_span",
    "tlog.reversed_labels",

    // Of the indexes that lists are searched by.
    "tlog.certificate_search_text",
    "tlog.fold_text",
  ],
};
