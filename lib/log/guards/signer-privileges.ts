import type { RolePrivileges, TablePrivileges } from "./privilege-types";

const read: TablePrivileges = { select: "all" };

/** What the signer's role may do (chancery_signer): read what it judges by, and write its own keys. */
export const signerPrivileges: RolePrivileges = {
  schemas: ["public", "signer", "tlog"],
  tables: {
    "public.organization": read,
    "public.authority": read,
    "public.profile": read,
    "public.profile_version": read,
    "public.identity": read,
    "public.identity_name": read,
    "public.name_share": read,
    "public.public_key": read,
    "public.certificate": read,
    "public.crl": read,
    "public.signing_key": {
      select: "all",
      insert: "all",
    },
    "signer.sealed_key": { select: "all", insert: "all" },
    "signer.log_key": {
      select: "all",
      insert: "all",
    },
    "signer.ceiling": { select: "all", insert: "all" },
    "signer.ceiling_due": read,
    "signer.confirmation": { select: "all", insert: "all" },
    "signer.live_name": { select: "all", insert: "all", delete: true },
    "signer.setup_grant": { select: "all", insert: "all" },
    "tlog.inbox": { insert: ["entry", "entry_id", "target_id"] },
    "tlog.log": read,
    "tlog.checkpoint": read,
    "tlog.head": read,
    "tlog.segment": read,
    "tlog.page": read,
    "tlog.page_fresh": read,
    "tlog.entry": read,
    "tlog.indexed": read,
  },
  functions: [
    "signer.fill_live_names",
    "signer.name_key",
    "signer.remember_names",
    "tlog.common_name_span",
    "tlog.dns_span",
    "tlog.find_entries",
    "tlog.inbox_about",
    "tlog.ip_span",
    "tlog.is_dns_name",
    "tlog.mailbox_span",
    "tlog.name_is_canonical",
    "tlog.name_span_of",
    "tlog.names_in",
    "tlog.reversed_labels",
  ],
};
