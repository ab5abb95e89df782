import { makeStateStore, type EntityType } from "./entity-type";
import { comparable, findDifferences, millisOf, type Fields } from "./fields";
import { millisSql } from "./plain-entity-type";

/** The entry of an item, by what its bulk action does. */
const actionOf: Readonly<Record<string, string>> = {
  revoke: "certificate.revoked",
  hold: "certificate.held",
  release: "certificate.released",
  suspend: "identity.suspended",
  activate: "identity.activated",
  assign: "identity.updated",
  issue: "certificate.planned",
};

/**
 * What the report of a bulk action says was done: each with the entry of that very item, which has
 * the ID of the bulk action as that of its request; clients choose IDs of correlation. An item that
 * the report calls refused or left alone, although the log has such an entry, is missing among
 * those. Why an item was refused is not compared.
 */
export function makeBulkResultEntityType(): EntityType<Fields> {
  const acts = new Map<string, string | undefined>();
  return {
    name: "result of a bulk action",
    prefixes: ["bulk", "certificate", "identity"],
    idOf: ({ id, action, requestId, target, details }) => {
      if (action === "bulk.started" && target !== null)
        acts.set(target.id, actionOf[comparable(details.act) ?? ""]);
      return acts.get(requestId) === action ? id : undefined;
    },
    targetOf: (id) => id,
    targetsOf: (row) => [row["bulk action"] ?? "", row["item"] ?? ""],
    mayBeMissing: () => false,
    next: (_before, { record }) => ({
      "bulk action": record.requestId,
      item: comparable(record.target?.id),
      "date (near)": millisOf(record.ts),
      action: record.action,
    }),
    store: makeStateStore<Fields>(),
    from: "bulk_result r join bulk_act b on b.id = r.bulk_id and r.outcome = 'done'",
    key: "r.entry_id",
    columns: `r.entry_id as id, r.n::text as n, r.bulk_id as "bulk action", coalesce(r.certificate_id, b.ids[r.n]) as item, ${millisSql("r.at")} as "date (near)", b.act`,
    differences: (row, expected) =>
      findDifferences({ ...row, action: actionOf[row["act"] ?? ""] }, expected),
    describe: (row) =>
      `The result ${row["n"] ?? "?"} of the bulk action ${row["bulk action"] ?? ""} (entry ${row.id})`,
  };
}
