import type { Deps, PoolClient } from "@/lib/runtime/deps";

import { sha256Hex } from "@/lib/format/hash";
import { withSnapshot } from "@/lib/db/snapshot";
import { makePacer, type Pacer } from "./pacer";
import { type Check, type CheckResult, makeCheck } from "./check";
import {
  readAuthorityKey,
  readEntries,
  readRowsAfter,
  readRowsById,
  readSize,
  readInboxEntries,
} from "./reconcile-repository";
import type { EntityType, EntityRow, Lookups } from "./entity-type";
import type { ReplayedEntry } from "./fields";
import { expectedWithInbox, makeReplay, type Replay } from "./replay";

/*
 * How the tables are compared with the log while the system is running, without false alarms. A
 * transaction commits its rows and its entries together, and the sequencer moves entries from the
 * inbox into the log in one transaction. So within one database snapshot the rows are exactly what
 * the entries 0 … size - 1, followed by those in the inbox, imply; the entries about one row are in
 * the order of its changes, because a change locks the row before its entry is made. One snapshot
 * for everything would last minutes and block the vacuum of the inbox. So rows are read a page at a
 * time, each in a short snapshot: the replay is advanced to exactly the size that the snapshot
 * shows, and the inbox entries about the page's rows are applied on top. Entities that were expected
 * but not seen (missing rows, and rows created after their page was read) are then looked up by id
 * in the same way.
 */

const rowsPerPage = 1_000;
const entriesPerPage = 1_000;
/** How many entries may be left to replay within a snapshot. */
const maxLag = 500;

export type ReconcileOptions = Readonly<{
  /** The first entry to replay; 0 by default. Later only if older rows do not matter. */
  from?: number;
  /** A replay that already has entries. */
  replay?: Replay;
  pacer?: Pacer;
  /** Collects contradictions in the log and differences in the tables. */
  check?: Check;
  /** `done` of about `total` entries and rows. */
  onProgress?: (done: number, total: number) => void;
}>;

type Context = Readonly<{
  deps: Pick<Deps, "db">;
  replay: Replay;
  pacer: Pacer;
  check: Check;
  onRow: () => void;
  lookups: Lookups;
}>;

/**
 * Replays the log and compares it with the tables: finds rows without entries, entries without rows
 * and rows that differ from what the log implies. Read-only; can run at any time.
 */
export async function reconcile(
  deps: Pick<Deps, "db">,
  options: ReconcileOptions = {},
): Promise<CheckResult> {
  const { pacer = makePacer(), check = makeCheck(), onProgress = () => {} } = options;
  const replay = options.replay ?? makeReplay(check.problem, options.from ?? 0);
  let rows = 0;
  const context: Context = {
    lookups: makeLookups(deps.db, replay),
    deps,
    replay,
    pacer,
    check,
    onRow: () => {
      rows++;
    },
  };
  await catchUp(context, () => onProgress(replay.position(), replay.position() + replay.size()));
  const total = replay.size();
  for (const entityType of replay.entityTypes) {
    await compareRows(context, entityType, () =>
      onProgress(replay.position() + rows, replay.position() + Math.max(total, rows)),
    );
    await findMissing(context, entityType);
  }
  return check.result();
}

function mayBeMissing(entityType: EntityType<unknown>, id: string): boolean {
  const expected = entityType.store.get(id);
  return expected === null || entityType.mayBeMissing(expected);
}

function makeLookups(db: Deps["db"], replay: Replay): Lookups {
  const keys = new Map<string, Uint8Array | null>();
  return {
    recordOf: async (seq) => (await readEntries(db.pool, seq, seq + 1))[0]?.record ?? null,
    entriesAfter: (targets) => readEntriesAfter(db, replay, targets),
    issuerKeyOf: async (id) => {
      const known = keys.get(id);
      if (known !== undefined) return known;
      // A key counts if it is the one that the entry of its authority names.
      const spki = await readAuthorityKey(db.pool, id);
      const expected = replay.keyOfAuthority(id) ?? (await findNewAuthorityKey(db, replay, id));
      const key = spki !== null && sha256Hex(spki) === expected ? spki : null;
      if (key !== null) keys.set(id, key);
      return key;
    },
  };
}

/** The inbox comes first: what isn't in it any more is numbered by then. */
async function readEntriesAfter(
  db: Deps["db"],
  replay: Replay,
  targets: readonly string[],
): Promise<readonly ReplayedEntry[]> {
  const inbox = await readInboxEntries(db.pool, targets);
  return [...inbox, ...(await readEntries(db.pool, replay.position(), await readSize(db.pool)))];
}

/** The key of an authority whose entry is still in the inbox, or was numbered after the replay. */
async function findNewAuthorityKey(
  db: Deps["db"],
  replay: Replay,
  id: string,
): Promise<string | null> {
  const entries = await readEntriesAfter(db, replay, [id]);
  const created = entries.find(
    ({ record }) => record.action === "authority.created" && record.target?.id === id,
  );
  const key = created?.record.details["spkiSha256"];
  return typeof key === "string" ? key : null;
}

/** Replays until the log's end is close, so that little is left to replay in a snapshot. */
async function catchUp(context: Context, onPage: () => void): Promise<void> {
  const {
    deps: { db },
    replay,
    pacer,
  } = context;
  for (
    let size = await readSize(db.pool);
    size - replay.position() > maxLag;
    size = await readSize(db.pool)
  ) {
    await advance(context, db.pool, Math.min(size, replay.position() + entriesPerPage));
    onPage();
    await pacer.rest();
  }
}

async function advance(
  { replay, pacer, check }: Context,
  client: Pick<PoolClient, "query">,
  upto: number,
): Promise<void> {
  for (let from = replay.position(); from < upto; from += entriesPerPage) {
    const below = Math.min(from + entriesPerPage, upto);
    const entries = await readEntries(client, from, below);
    if (entries.length < below - from)
      check.problem(
        `${below - from - entries.length} of the entries ${from} to ${below - 1} are missing or unreadable.`,
      );
    for (const entry of entries) {
      replay.add(entry);
      await pacer.yieldIfBusy();
    }
    replay.advanceTo(below);
  }
}

/** Reads rows in a snapshot, with the replay advanced to the snapshot's size, and compares them. */
async function compareInSnapshot(
  context: Context,
  entityType: EntityType<unknown>,
  readRows: (client: PoolClient) => Promise<EntityRow[]>,
  ids?: readonly string[],
): Promise<EntityRow[]> {
  const {
    deps: { db },
    replay,
    pacer,
    check,
    onRow,
    lookups,
  } = context;
  await catchUp(context, () => {});
  const { rows, inbox } = await withSnapshot(db, async (client) => {
    const size = await readSize(client);
    const snapshotRows = await readRows(client);
    const { targetOf, targetsOf = () => [] } = entityType;
    const targets = (ids ?? snapshotRows.map(({ id }) => id)).map(targetOf);
    const inboxEntries = await readInboxEntries(client, [
      ...targets,
      ...snapshotRows.flatMap(targetsOf),
    ]);
    if (size > replay.position()) await advance(context, client, size);
    return { rows: snapshotRows, inbox: inboxEntries };
  });
  for (const row of rows) {
    await pacer.yieldIfBusy();
    onRow();
    check.count();
    const expected =
      inbox.length === 0
        ? entityType.store.get(row.id)
        : expectedWithInbox(entityType, row.id, inbox);
    entityType.store.markSeen(row.id);
    if (expected === null)
      check.problem(`${entityType.describe(row)} is in the table but has no entry.`);
    else
      for (const difference of await entityType.differences(row, expected, lookups))
        check.problem(`${entityType.describe(row)}: ${difference}.`);
  }
  return rows;
}

async function compareRows(
  context: Context,
  entityType: EntityType<unknown>,
  onPage: () => void,
): Promise<void> {
  for (let after = "", full = true; full;) {
    const rows = await compareInSnapshot(context, entityType, (client) =>
      readRowsAfter(client, entityType, after, rowsPerPage),
    );
    after = rows.at(-1)?.id ?? after;
    full = rows.length === rowsPerPage;
    onPage();
    await context.pacer.rest();
  }
}

/** Looks up entities that are in the log but were not in any page. */
async function findMissing(context: Context, entityType: EntityType<unknown>): Promise<void> {
  let ids: string[] = [];
  const compareMissing = async (): Promise<void> => {
    const foundIds = new Set(
      (
        await compareInSnapshot(
          context,
          entityType,
          (client) => readRowsById(client, entityType, ids),
          ids,
        )
      ).map(({ id }) => id),
    );
    for (const id of ids)
      if (!foundIds.has(id) && !mayBeMissing(entityType, id))
        context.check.problem(`The ${entityType.name} ${id} is in the log but not in the table.`);
    ids = [];
  };
  for (const id of entityType.store.unseen()) {
    ids.push(id);
    if (ids.length === rowsPerPage) await compareMissing();
    await context.pacer.yieldIfBusy();
  }
  if (ids.length > 0) await compareMissing();
}
