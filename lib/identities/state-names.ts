import type { NameStatement, ShareStatement } from "@/lib/log/identity-details";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";
import { splitNames } from "@/lib/log/split-names";
import type { NewEntry } from "@/lib/log/types";
import { describeRow } from "./add-names";
import {
  type ChangedName,
  listChangedNames,
  listChangedShares,
  type ChangedShare,
} from "./names/changed-names-repository";

const stating: ReadonlySet<string> = new Set([
  "identity.names-added",
  "identity.names-released",
  "identity.names-shared",
  "identity.names-transferred",
  "identity.names-decided",
  "identity.names-upgraded",
]);
const sharing: ReadonlySet<string> = new Set([...stating, "identity.updated"]);

/** Whether the entry says in full which rows of its target the act changed. */
const isStating = ({ action, details }: NewEntry): boolean =>
  stating.has(action) ||
  (action === "identity.created" && "names" in details) ||
  (action === "identity.updated" && "name" in details.changes);

const nameStatement = (row: ChangedName): NameStatement => ({
  name: describeRow(row),
  state: row.state,
  origin: row.origin,
  ...(row.shareId === null ? {} : { share: row.shareId }),
  ...(row.reservedUntil === null ? {} : { until: row.reservedUntil.toISOString() }),
});

const shareStatement = ({ reviewAt, ...share }: ChangedShare): ShareStatement => ({
  ...share,
  reviewAt: reviewAt?.toISOString() ?? null,
});

/**
 * The entries of an act on names, each with what the transaction has changed in the rows of its
 * identity, so that verification can derive every row from the log alone. In the order given; one
 * with hundreds of long names becomes several.
 */
export async function stateNames(
  tx: AuditedTx,
  entries: readonly [NewEntry, ...NewEntry[]],
): Promise<[NewEntry, ...NewEntry[]]> {
  const about = entries.filter(isStating);
  if (about.length === 0) return splitNames(entries);
  const idOf = ({ target }: NewEntry): string => target?.id ?? "";
  const changed = Map.groupBy(
    await listChangedNames(tx, [...new Set(about.map(idOf))]),
    ({ identityId }) => identityId,
  );
  const shares = about.some(({ action }) => sharing.has(action)) ? await listChangedShares(tx) : [];
  const first = about.find(({ action }) => sharing.has(action));
  const stated = entries.map((entry) => {
    if (!about.includes(entry)) return entry;
    const isLast = about.findLast((one) => idOf(one) === idOf(entry)) === entry;
    const rows = isLast ? (changed.get(idOf(entry)) ?? []).map(nameStatement) : [];
    const shareRows =
      entry === first && shares.length > 0 ? { shareRows: shares.map(shareStatement) } : {};
    return { ...entry, details: { ...entry.details, rows, ...shareRows } } as NewEntry;
  });
  return splitNames(stated as [NewEntry, ...NewEntry[]]);
}
