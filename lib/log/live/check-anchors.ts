import { errorMessage } from "@/lib/errors/error-message";
import { sha256Hex } from "@/lib/format/hash";
import { anchorProblems, type StoredAnchor } from "@/lib/log/anchor/verify-anchor";
import { toHex } from "@/lib/log/pure/bytes";
import { parseCheckpoint } from "@/lib/log/pure/checkpoint";
import { readVkey } from "@/lib/log/pure/note";
import { verifyCheckpoint } from "@/lib/log/pure/verify-checkpoint";
import type { Pacer } from "@/lib/log/reconcile/pacer";
import { rootAt } from "@/lib/log/tree/build-proofs";
import { nodeLogCrypto } from "@/lib/log/tree/node-crypto";
import { makeTileReader } from "@/lib/log/tree/tile-reader";
import type { EntryRecord } from "@/lib/log/types";
import type { Database } from "@/lib/runtime/deps";
import type { LogRow, Snapshot } from "./snapshot";
import { type Checks } from "./types";

/** The name of a time-stamping authority, and its root certificates in DER, also earlier ones. */
export type TimestampTrust = Readonly<{ authority: string; roots: readonly Uint8Array[] }>;

type Stated = Readonly<{ tokenSha256: unknown; stampedAt: unknown }>;
export type AnchorCheck = Readonly<{
  add: (record: EntryRecord) => void;
  /** The keys of stored time stamps that no entry names so far. */
  listUnexplained: () => Promise<readonly string[]>;
  /**
   * Returns the authorities whose time stamps were compared with the log, but whose signatures were
   * not verified, because no roots are trusted for them.
   */
  finish: (trust: TimestampTrust | null, pacer: Pacer) => Promise<readonly string[]>;
}>;

type Row = {
  generation: number;
  size: string;
  authority: string;
  note: string;
  token: Buffer;
  stamped_at: Date;
};

const rowsPerPage = 100;

const keyOf = (origin: string, size: unknown, authority: unknown): string =>
  `${origin} ${String(size)} ${String(authority)}`;

/**
 * Verifies every stored time stamp again, and compares the table with the entries `log.anchored`: a
 * stamp that was replaced, deleted or added is found, and so is one over another checkpoint than
 * the entries lead to.
 */
export function makeAnchorCheck(
  { pool }: Pick<Database, "pool">,
  { anchors: check }: Pick<Checks, "anchors">,
  { logs, size }: Pick<Snapshot, "logs" | "size">,
): AnchorCheck {
  const stated = new Map<string, Stated>();
  const origins = new Set<string | undefined>(logs.map(({ origin }) => origin));
  const byGeneration = new Map(logs.map((log) => [log.generation, log]));
  const keyOfRow = (row: Pick<Row, "generation" | "size" | "authority">): string =>
    keyOf(
      byGeneration.get(row.generation)?.origin ?? `log ${row.generation}`,
      row.size,
      row.authority,
    );
  return {
    add: ({ action, outcome, target, details }) => {
      // A drill copies entries of another log.
      if (action !== "log.anchored" || outcome !== "success" || !origins.has(target?.id)) return;
      stated.set(keyOf(target?.id ?? "", details["size"], details["authority"]), {
        tokenSha256: details["tokenSha256"],
        stampedAt: details["stampedAt"],
      });
    },
    listUnexplained: async () => {
      const { rows } = await pool.query<Row>("select generation, size, authority from tlog.anchor");
      return rows.map(keyOfRow).filter((key) => !stated.has(key));
    },
    finish: async (trust, pacer) => {
      const found = new Set<string>();
      const untrusted = new Set<string>();
      // The comparison of the table itself, which may be empty.
      check.count();
      const read = makeTileReader({ pool });
      for await (const row of readRows(pool)) {
        const key = keyOfRow(row);
        found.add(key);
        check.count();
        const entry = stated.get(key);
        const log = byGeneration.get(row.generation);
        const roots = trust?.authority === row.authority ? trust.roots : [];
        if (roots.length === 0) untrusted.add(row.authority);
        const problems =
          entry === undefined
            ? ["no entry states it"]
            : [
                ...entryDifferences(row, entry),
                ...(await anchorProblems(toAnchor(row), roots)),
                ...(await checkpointProblems(row.note, log, async (of) =>
                  of > size ? null : toHex(await rootAt(read, of)),
                )),
              ];
        for (const problem of problems) check.problem(`The time stamp of ${key}: ${problem}.`);
        await pacer.yieldIfBusy();
      }
      for (const key of stated.keys())
        if (!found.has(key))
          check.problem(`The time stamp of ${key} is in the log but not in the table.`);
      return [...untrusted];
    },
  };
}

async function* readRows(pool: Database["pool"]): AsyncGenerator<Row> {
  let after: readonly unknown[] = [-1, -1, ""];
  for (;;) {
    const { rows } = await pool.query<Row>(
      "select generation, size, authority, note, token, stamped_at from tlog.anchor where (generation, size, authority) > ($1::int, $2::bigint, $3::text) order by generation, size, authority limit $4",
      [...after, rowsPerPage],
    );
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < rowsPerPage) return;
    after = [last.generation, last.size, last.authority];
  }
}

const toAnchor = ({ size, authority, note, token, stamped_at: stampedAt }: Row): StoredAnchor => ({
  size: Number(size),
  authority,
  note,
  token: new Uint8Array(token),
  stampedAt,
});

function entryDifferences({ token, stamped_at: at }: Row, entry: Stated): string[] {
  const problems: string[] = [];
  if (sha256Hex(token) !== entry.tokenSha256)
    problems.push("it is not the one that its entry has the hash of");
  if (at.toISOString() !== entry.stampedAt)
    problems.push(
      `its time is ${at.toISOString()} in the table, but ${String(entry.stampedAt)} according to the log`,
    );
  return problems;
}

/** What is wrong with the checkpoint that was stamped: its signature, or its root. */
async function checkpointProblems(
  note: string,
  log: LogRow | undefined,
  rootHexAt: (size: number) => Promise<string | null>,
): Promise<string[]> {
  if (log === undefined) return ["it belongs to a log that the database does not have"];
  try {
    await verifyCheckpoint(nodeLogCrypto, note, await readVkey(nodeLogCrypto, log.vkey));
    const { size, root } = parseCheckpoint(note);
    const rootHex = await rootHexAt(size);
    return rootHex === null || rootHex === toHex(root)
      ? []
      : [`it is over the root ${toHex(root)}, but the entries have ${rootHex}`];
  } catch (error) {
    return [errorMessage(error)];
  }
}
