import { makeStateStore, type EntityType } from "./entity-type";
import { comparable, findDifferences, millisOf, type Fields } from "./fields";
import { millisSql } from "./plain-entity-type";

/** The entry of an item, by what its bulk action does. */
const actionOf: Readonly<Record<string, string>> = {
  revoke: "certificate.revoked",
  hold: "certificate.held",
  release: "certificate.released",
  "request-rotation": "certificate.rotation-requested",
  "cancel-rotation-request": "certificate.rotation-request-canceled",
  suspend: "identity.suspended",
  activate: "identity.activated",
  assign: "identity.updated",
  issue: "certificate.planned",
  acknowledge: "alert.acknowledged",
  "assign-alert": "alert.assigned",
  resolve: "alert.resolved",
};

/** The entry of a result. One without an entry has a key of its own, so that it is read too. */
const keySql = (row: string): string =>
  `coalesce(${row}.entry_id, ${row}.bulk_id || ' ' || ${row}.n::text)`;
const isTwiceSql = `exists (select from bulk_result o where ${keySql("o")} = ${keySql("r")} and o.outcome = 'done' and (o.bulk_id, o.n) <> (r.bulk_id, r.n))::text`;

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
    prefixes: ["bulk", "certificate", "identity", "alert"],
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
    key: keySql("r"),
    // The certificate of a request counts only where requests are issued.
    columns: `${keySql("r")} as id, r.entry_id as entry, r.n::text as n, r.bulk_id as "bulk action", case b.act when 'issue' then r.certificate_id else b.ids[r.n] end as item, ${millisSql("r.at")} as "date (near)", b.act, ${isTwiceSql} as twice`,
    differences: (row, expected) => [
      ...findDifferences({ ...row, action: actionOf[row["act"] ?? ""] }, expected),
      ...(row["twice"] === "true" ? ["its entry is that of another result too"] : []),
    ],
    describe: (row) =>
      `The result ${row["n"] ?? "?"} of the bulk action ${row["bulk action"] ?? ""} (entry ${row["entry"] ?? "missing"})`,
  };
}
