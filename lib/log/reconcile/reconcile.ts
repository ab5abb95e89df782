import type { PoolClient } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { makePacer, type Pacer } from "../live/pace";
import { type Check, type Findings, makeCheck } from "../live/problems";
import {
  inSnapshot,
  readEntries,
  readPage,
  readRows,
  readSize,
  readWaiting,
} from "./live-repository";
import type { Noun, Row } from "./noun";
import { expectAfter, makeReplay, type Replay } from "./replay";

/*
 * How the log and the tables are compared while the system runs, without a false alarm. An act commits its rows and its entries together, and
 * the sequencer moves entries from the inbox into the log in one transaction. So in one snapshot of the database the rows are exactly what the
 * entries 0 … size - 1 and then those in the inbox say: entries about one row are in the order of its changes, because a change locks its row
 * before its entry is made. A snapshot of the whole would last minutes and keep the inbox from being tidied. Rows are therefore taken a page
 * at a time, each page in a short snapshot of its own; the replay is brought to just the size that this snapshot shows, and what the inbox
 * holds about the page's rows comes on top. What was expected and not met by the end (rows whose page was over before they were made, and
 * rows that are missing) is looked up by id in the same way.
 */

const PAGE = 1_000,
  ENTRIES = 1_000,
  CLOSE = 500;

export type ReconcileOptions = Readonly<{
  /** Entries are replayed from this one on, 0 unless only what was made later is of interest. */
  from?: number;
  /** A replay that somebody else has fed already. */
  replay?: Replay;
  pacer?: Pacer;
  /** Hears the log's contradictions and the tables' differences. */
  check?: Check;
  /** `done` of `total` entries and rows, about. */
  onProgress?: (done: number, total: number) => void;
}>;

type Place = Readonly<{
  deps: Pick<Deps, "db">;
  replay: Replay;
  pacer: Pacer;
  check: Check;
  onRow: () => void;
}>;

/**
 * Replays the log and compares it with the tables: rows without entries, entries without rows, and whatever a row says that the log does not
 * explain. Changes nothing and may run at any time. Needs the database only.
 */
export async function reconcile(
  deps: Pick<Deps, "db">,
  options: ReconcileOptions = {},
): Promise<Findings> {
  const { pacer = makePacer(), check = makeCheck(), onProgress = () => {} } = options;
  const replay = options.replay ?? makeReplay(check.wrong, options.from ?? 0);
  let rows = 0;
  const place: Place = {
    deps,
    replay,
    pacer,
    check,
    onRow: () => {
      rows++;
    },
  };
  await catchUp(place, () => onProgress(replay.reached(), replay.reached() + replay.size()));
  const total = replay.size();
  for (const noun of replay.nouns) {
    await compareRows(place, noun, () =>
      onProgress(replay.reached() + rows, replay.reached() + Math.max(total, rows)),
    );
    await findMissing(place, noun);
  }
  return check.findings();
}

/** Replays until only a few entries are left to the end of the log. */
async function catchUp(place: Place, onPage: () => void): Promise<void> {
  const {
    deps: { db },
    replay,
    pacer,
  } = place;
  for (
    let size = await readSize(db.pool);
    size - replay.reached() > CLOSE;
    size = await readSize(db.pool)
  ) {
    await advance(place, db.pool, Math.min(size, replay.reached() + ENTRIES));
    onPage();
    await pacer.rest();
  }
}

async function advance(
  { replay, pacer, check }: Place,
  client: Pick<PoolClient, "query">,
  upto: number,
): Promise<void> {
  for (let from = replay.reached(); from < upto; from += ENTRIES) {
    const below = Math.min(from + ENTRIES, upto),
      entries = await readEntries(client, from, below);
    if (entries.length < below - from)
      check.wrong(
        `Of the entries ${from} to ${below - 1}, ${below - from - entries.length} are missing or cannot be read.`,
      );
    for (const entry of entries) {
      replay.take(entry);
      await pacer.breathe();
    }
    replay.reach(below);
  }
}

/** Takes rows in a snapshot, with the replay at the size that belongs to it, and compares them. */
async function compareIn(
  place: Place,
  noun: Noun<unknown>,
  take: (client: PoolClient) => Promise<Row[]>,
  ids?: readonly string[],
): Promise<Row[]> {
  const {
    deps: { db },
    replay,
    pacer,
    check,
    onRow,
  } = place;
  await catchUp(place, () => {});
  const { rows, waiting } = await inSnapshot(db, async (client) => {
    const size = await readSize(client);
    const found = await take(client);
    const about = await readWaiting(client, ids ?? found.map(({ id }) => id));
    if (size > replay.reached()) await advance(place, client, size);
    return { rows: found, waiting: about };
  });
  for (const row of rows) {
    await pacer.breathe();
    onRow();
    check.looked();
    const expected =
      waiting.length === 0 ? noun.store.get(row.id) : expectAfter(noun, row.id, waiting);
    noun.store.markSeen(row.id);
    if (expected === null) check.wrong(`${noun.call(row)} stands in the table and has no entry.`);
    else
      for (const words of await noun.differences(
        row,
        expected,
        async (seq) => (await readEntries(db.pool, seq, seq + 1))[0]?.record ?? null,
      ))
        check.wrong(`${noun.call(row)}: ${words}.`);
  }
  return rows;
}

async function compareRows(place: Place, noun: Noun<unknown>, onPage: () => void): Promise<void> {
  for (let after = "", full = true; full;) {
    const rows = await compareIn(place, noun, (client) => readPage(client, noun, after, PAGE));
    after = rows.at(-1)?.id ?? after;
    full = rows.length === PAGE;
    onPage();
    await place.pacer.rest();
  }
}

/** Looks up what the log knows and the pages did not show. */
async function findMissing(place: Place, noun: Noun<unknown>): Promise<void> {
  let ids: string[] = [];
  const look = async (): Promise<void> => {
    const found = new Set(
      (await compareIn(place, noun, (client) => readRows(client, noun, ids), ids)).map(
        ({ id }) => id,
      ),
    );
    for (const id of ids)
      if (!found.has(id))
        place.check.wrong(`The ${noun.name} ${id} is in the log and not in the table.`);
    ids = [];
  };
  for (const id of noun.store.unseen()) {
    ids.push(id);
    if (ids.length === PAGE) await look();
    await place.pacer.breathe();
  }
  if (ids.length > 0) await look();
}
