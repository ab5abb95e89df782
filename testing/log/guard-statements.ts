import type { EntryAction, Outcome } from "@/lib/log/types";
import { makeId } from "./entries";

export const roles = ["app", "owner", "super"] as const;
export const identity = makeId("idn");
export const certificate = makeId("crt");
export const authority = makeId("ca");
export const profile = makeId("prf");
export const hex = (length: number, byte = "5a") => `'\\x${byte.repeat(length)}'`;
/** The action that inserts a row with such an id. */
const insertActions: Readonly<Record<string, EntryAction>> = {
  ca: "authority.created",
  crt: "certificate.planned",
  idn: "identity.created",
  key: "key.created",
  prf: "profile.created",
  usr: "account.created",
};

/** An entry about a row: that of its insert, unless an action is given. */
export const entryFor = (
  id: string,
  action = insertActions[id.split("_")[0] ?? ""] ?? "identity.updated",
  { outcome = "success", details = {} }: Readonly<{ outcome?: Outcome; details?: object }> = {},
) =>
  `insert into tlog.inbox (entry) values (convert_to('${JSON.stringify({
    id: makeId("ent"),
    action,
    outcome,
    target: { id },
    details,
  })}', 'UTF8'))`;
export const certificateSql = (
  id: string,
  serial: string,
  state = "planned",
) => `insert into certificate (id, issuer_id, serial, state, profile_id, profile_version, identity_id, subject_text, common_name, sans, key_algorithm,
  spki_sha256, not_before, not_after, tbs_der, plan_entry_id, requested_by, created_at) values ('${id}', '${authority}', ${serial}, '${state}', '${profile}', 1, '${identity}', 'CN=pay.example.com', 'pay.example.com', '{}', 'P-256',
  ${hex(32)}, now(), now() + interval '90 days', ${hex(100)}, '${makeId("ent")}', 'usr_01test', now())`;
