import type { Database } from "@/lib/db/database";
import { factRun } from "@/lib/log/pure/search-tokens";
import { readEntry } from "@/lib/log/read-entry";
import { endOfLog, findNumbers } from "@/lib/log/segments/find-entries";
import type { EntryRecord } from "@/lib/log/types";
import type { RevocationReason } from "@/lib/pki/types";

/** What the last change of a certificate says; `reason` is null if it was released. */
export type StatusChange = Readonly<{ serial: Uint8Array; reason: RevocationReason | null }>;

const statusActions = ["certificate.revoked", "certificate.held", "certificate.released"];
const changedStatus = [
  statusActions.map((action) => factRun("action", action)),
  [factRun("outcome", "success")],
];
const entriesAtOnce = 1_000;

/** The entries about revocations, holds and releases in a span of time, the newest first. */
export const findChangeNumbers = (
  db: Database,
  { after, before }: Readonly<{ after: Date; before: Date }>,
): Promise<number[]> =>
  findNumbers(
    db,
    {
      all: changedStatus,
      low: 0,
      high: endOfLog,
      fromMs: after.getTime() + 1,
      untilMs: before.getTime(),
    },
    Infinity,
  );

/**
 * Whether a revocation, hold or release was recorded at or after this time, or may have been because
 * the search index is not up to date or the log is halted.
 */
export async function hasStatusChangeSince(db: Database, since: Date): Promise<boolean> {
  const { rows } = await db.pool.query<{ changed: boolean }>(
    "select exists (select from tlog.head, tlog.indexed where upto < size) or exists (select from tlog.halted_changes()) as changed",
  );
  if (rows[0]?.changed !== false) return true;
  const search = { all: changedStatus, low: 0, high: endOfLog, fromMs: since.getTime() };
  return (await findNumbers(db, search, 1)).length > 0;
}

/**
 * The last of these changes for each certificate of this issuer that hasn't expired, without those
 * that were changed again since.
 */
export async function findChanges(
  db: Database,
  issuerId: string,
  { numbers, now }: Readonly<{ numbers: readonly number[]; now: Date }>,
): Promise<StatusChange[]> {
  const last = new Map<string, Stated>();
  for (let next = 0; next < numbers.length; next += entriesAtOnce)
    for (const { target, ...stated } of await readStated(
      db,
      numbers.slice(next, next + entriesAtOnce),
    ))
      if (!last.has(target)) last.set(target, stated);
  const ids = [...last.keys()];
  const { rows } = await db.pool.query<CertificateRow>({
    name: "changed-certificates",
    text: "select id, serial, state, revocation_reason as reason from certificate where id = any($2) and issuer_id = $1 and not_after > $3",
    values: [issuerId, ids, now],
  });
  return rows.flatMap(({ id, serial, state, reason }) => {
    const stated = last.get(id);
    const isLast = stated?.state === state && (stated.reason === null || stated.reason === reason);
    return stated !== undefined && isLast ? [{ serial, reason: stated.reason }] : [];
  });
}

type CertificateRow = { id: string; serial: Buffer; state: string; reason: string | null };
type Stated = Readonly<{ state: string; reason: RevocationReason | null }>;

async function readStated(
  db: Database,
  numbers: readonly number[],
): Promise<(Stated & { target: string })[]> {
  const { rows } = await db.pool.query<{ entry_id: string; entry: Uint8Array }>({
    name: "entries-by-number",
    text: "select entry_id, entry from tlog.entry where seq = any($1::bigint[]) order by seq desc",
    values: [numbers],
  });
  return rows.flatMap((row) => {
    const reading = readEntry(row.entry, row.entry_id);
    const target = reading.readable ? reading.record.target?.id : undefined;
    return reading.readable && target !== undefined
      ? [{ target, ...statedBy(reading.record) }]
      : [];
  });
}

function statedBy({ action, details }: EntryRecord): Stated {
  if (action === "certificate.released") return { state: "issued", reason: null };
  if (action === "certificate.held") return { state: "held", reason: "certificateHold" };
  return { state: "revoked", reason: details["reason"] as RevocationReason };
}
