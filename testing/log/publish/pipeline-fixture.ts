import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { recordEntry } from "@/lib/log/record/record-entry";
import { adminActor } from "@/testing/actors";
import { openHarness, type Harness, type HarnessOptions } from "@/testing/harness";
import { readEntry } from "@/testing/log/entries";
import { nodeLogCrypto } from "@/lib/log/tree/node-crypto";
import { equalBytes } from "@/lib/log/pure/bytes";
import { parseVkey } from "@/lib/log/pure/note";
import { verifyCheckpoint } from "@/lib/log/pure/verify-checkpoint";
import { makeAppendOnlyTree } from "@/lib/log/tree/append-only-tree";
import { findNewestCheckpoint } from "@/lib/log/tree/checkpoint-reader";
import { startLogPipeline, type Pipeline, type PipelineOptions } from "@/lib/log/publish/pipeline";

/** A house with its log being published, and what tests do to it. */
export type PublishingLog = Readonly<{
  harness: Harness;
  start: (options?: PipelineOptions) => Pipeline;
  stopAll: () => Promise<void>;
  /** Commits `count` entries of actions that change nothing. */
  write: (count: number) => Promise<void>;
  size: () => Promise<number>;
  /** Waits until everything that is committed is under a published checkpoint; returns its size. */
  published: () => Promise<number>;
  errors: unknown[];
  said: string[];
  close: () => Promise<void>;
}>;

export async function until<T>(
  holds: () => Promise<T | null | false | undefined> | T | null | false | undefined,
): Promise<T> {
  for (;;) {
    const found = await holds();
    if (found !== null && found !== false && found !== undefined) return found;
    await pause(10);
  }
}

export async function openPublishingLog(options: HarnessOptions = {}): Promise<PublishingLog> {
  const harness = await openHarness({ sequencer: false, connections: 40, ...options });
  const pipelines: Pipeline[] = [];
  const errors: unknown[] = [];
  const said: string[] = [];
  const { db } = harness.deps;
  const stopAll = async (): Promise<void> => {
    await Promise.all(pipelines.splice(0).map((pipeline) => pipeline.stop()));
  };
  const size = async () =>
    Number((await harness.asSuper("select size from tlog.head"))[0]?.["size"]);
  return {
    harness,
    errors,
    said,
    stopAll,
    size,
    start: (more = {}) => {
      const pipeline = startLogPipeline(harness.deps, {
        onError: (error) => errors.push(error),
        onMessage: (text) => said.push(text),
        ...more,
      });
      pipelines.push(pipeline);
      return pipeline;
    },
    write: async (count) => {
      await Promise.all(
        Array.from({ length: count }, (_none, n) =>
          recordEntry(harness.deps.recorder, adminActor(), readEntry(`/${n}`)),
        ),
      );
    },
    published: () =>
      until(async () => {
        const [row] = await harness.asSuper(
          "select size, (select count(*) from tlog.inbox) as waiting from tlog.head",
        );
        const newest = await findNewestCheckpoint(db);
        return Number(row?.["waiting"]) === 0 &&
          newest !== null &&
          newest.size === Number(row?.["size"])
          ? newest.size
          : null;
      }),
    close: async () => {
      await stopAll();
      await harness.close();
    },
  };
}

export const faultsOf = ({ harness }: PublishingLog): Promise<string[]> =>
  faultsIn(harness.asSuper);

/**
 * Everything that must hold of a log at rest, computed from the entries' bytes alone. Returns what
 * is wrong.
 */
export async function faultsIn(
  query: (sql: string) => Promise<Record<string, unknown>[]>,
): Promise<string[]> {
  const faults: string[] = [];
  const rows = await query(
    "select seq, sha256('\\x00'::bytea || entry) as leaf, leaf_hash from tlog.entry order by seq",
  );
  rows.forEach((row, at) => {
    if (Number(row["seq"]) !== at) faults.push(`number ${String(row["seq"])} is at ${at}`);
    if (!equalBytes(row["leaf"] as Buffer, row["leaf_hash"] as Buffer)) faults.push(`leaf ${at}`);
  });
  const [doubled] = await query(
    "select count(*)::int - count(distinct entry_id)::int as n from tlog.entry",
  );
  if (doubled?.["n"] !== 0) faults.push("an entry twice");
  const scratch = makeAppendOnlyTree({ size: 0, edge: [] });
  const logs = await query("select generation, vkey from tlog.log");
  const checkpoints = await query(
    "select generation, size::int, root, note, published_at from tlog.checkpoint order by size, generation",
  );
  for (const { generation, size, root, note } of checkpoints as {
    generation: number;
    size: number;
    root: Buffer;
    note: string;
  }[]) {
    scratch.append(
      Buffer.concat(rows.slice(scratch.size(), size).map((row) => row["leaf"] as Buffer)),
    );
    if (scratch.size() !== size || !equalBytes(scratch.root(), root))
      faults.push(`the root at ${size}`);
    const { checkpoint } = await verifyCheckpoint(
      nodeLogCrypto,
      note,
      parseVkey(String(logs.find((log) => log["generation"] === generation)?.["vkey"])),
    );
    if (checkpoint.size !== size || !equalBytes(checkpoint.root, root))
      faults.push(`the note at ${size}`);
  }
  return faults;
}

/** A connection of a role's own, which ends with `use`. */
export async function withRole<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

const guarded = ["tlog.head", "tlog.log", "tlog.tile", "tlog.checkpoint", "tlog.inbox"];

/**
 * Runs statements as a superuser with every guard of the log's tables off, as anyone who restores a
 * database does.
 */
export async function unguarded(
  { harness }: PublishingLog,
  statements: readonly string[],
): Promise<void> {
  const places = (
    await harness.asSuper(
      "select inhrelid::regclass::text as place from pg_inherits where inhparent = 'tlog.entry'::regclass",
    )
  ).map(({ place }) => String(place));
  for (const place of [...places, ...guarded])
    await harness.asSuper(`alter table ${place} disable trigger all`);
  for (const statement of statements) await harness.asSuper(statement);
  for (const place of [...places, ...guarded])
    await harness.asSuper(`alter table ${place} enable trigger all`);
  const rows = await harness.asSuper(
    "select tgrelid::regclass::text as place, tgname from pg_trigger where tgrelid::regclass::text like 'tlog.%' and tgname in ('needs_entry', 'no_change', 'no_truncate', 'no_update')",
  );
  for (const { place, tgname } of rows)
    await harness.asSuper(`alter table ${String(place)} enable always trigger ${String(tgname)}`);
}

/**
 * Makes the database what a backup of the moment with so many entries holds. The tree is built
 * again from its entries.
 */
export const goBackTo = (fixture: PublishingLog, size: number): Promise<void> =>
  unguarded(fixture, [
    `delete from tlog.entry where seq >= ${size}`,
    "delete from tlog.inbox",
    `update tlog.head set size = ${size}, halted = null`,
    "delete from tlog.tile",
    "update tlog.tree set size = 0, edge = '{}'",
    `delete from tlog.checkpoint where size > ${size}`,
    "truncate tlog.segment, tlog.page, tlog.page_fresh, tlog.source",
    "update tlog.indexed set upto = 0",
  ]);
