import { makeCheck } from "@/lib/log/reconcile/check";
import { reconcile } from "@/lib/log/reconcile/reconcile";
import { readEntries } from "@/lib/log/reconcile/reconcile-repository";
import { makeReplay } from "@/lib/log/reconcile/replay";
import type { Deps } from "@/lib/runtime/deps";

/**
 * Compares the tables with the numbered log as an older version would have written it: with `names`
 * one that stated no rows of names, with `rows` one that stated them, but not what stays reserved
 * after a rename.
 */
export async function problemsOfOlder(
  deps: Pick<Deps, "db">,
  what: "names" | "rows",
): Promise<readonly string[]> {
  const check = makeCheck();
  const replay = makeReplay(check.problem);
  for (const { seq, record } of await readEntries(deps.db.pool, 0, 100_000)) {
    const { rows: _rows, shareRows: _shareRows, ...withoutRows } = record.details;
    const stated = what === "rows" ? record.details : withoutRows;
    const { reserved: _reserved, ...updated } = stated;
    const details = record.action === "identity.updated" ? updated : stated;
    replay.add({ seq, record: { ...record, details } });
  }
  return (await reconcile(deps, { replay, check })).problems;
}
