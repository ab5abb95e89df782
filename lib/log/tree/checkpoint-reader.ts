import type { Database, Deps } from "@/lib/runtime/deps";
import { toHex } from "@/lib/log/pure/bytes";
import { readVkey } from "@/lib/log/pure/note";
import { isProofError } from "@/lib/log/pure/proof-error";
import { verifyCheckpoint } from "@/lib/log/pure/verify-checkpoint";
import { emptyWitnessPolicy } from "@/lib/log/pure/witness-policy";
import type { CheckpointView, TrustLevel } from "@/lib/log/view-types";

import { nodeLogCrypto } from "./node-crypto";

type Db = Readonly<{ pool: Pick<Database["pool"], "query"> }>;

/** A checkpoint as it was published, whether or not the stored tree still agrees with it. */
export type PublishedCheckpoint = Readonly<{
  generation: number;
  size: number;
  root: Uint8Array;
  note: string;
  signedAt: Date;
  publishedAt: Date | null;
}>;

/**
 * A published checkpoint that the stored tree reaches, so that everything under it can be proven. A
 * continued log shares with the tree only its entries before the continuation, and a restored
 * database may hold fewer entries than were published.
 */
export type ProvableCheckpoint = PublishedCheckpoint & Readonly<{ origin: string; vkey: string }>;

const publishedColumns = `generation, size, root, note, signed_at as "signedAt", published_at as "publishedAt"`;
const provableColumns = `c.generation, l.origin, l.vkey, c.size, c.root, c.note, c.signed_at as "signedAt", c.published_at as "publishedAt"`;
const fromProvable = `tlog.checkpoint c join tlog.log l using (generation) left join tlog.log n on n.generation = c.generation + 1 cross join tlog.tree t
  where c.published_at is not null and c.size <= least(t.size, coalesce(n.start_size, t.size))`;
const newestProvable = {
  name: "log-provable",
  text: `select ${provableColumns} from ${fromProvable} order by c.generation desc, c.size desc limit 1`,
} as const;
const provableOfSize = {
  name: "log-provable-at",
  text: `select ${provableColumns} from ${fromProvable} and c.size = $1 order by c.generation desc limit 1`,
} as const;

type StoredRow<T> = Omit<T, "size"> & { size: string };

const toCheckpoint = <T extends PublishedCheckpoint>(row: StoredRow<T> | undefined): T | null =>
  row === undefined
    ? null
    : ({ ...row, size: Number(row.size), root: new Uint8Array(row.root) } as unknown as T);

/** The newest provable checkpoint; null before the first. */
export async function findNewestProvableCheckpoint({
  db,
}: Pick<Deps, "db">): Promise<ProvableCheckpoint | null> {
  const { rows } = await db.pool.query<StoredRow<ProvableCheckpoint>>(newestProvable);
  return toCheckpoint(rows[0]);
}

/** The provable checkpoint of exactly that size; null if there is none. */
export async function findProvableCheckpointOfSize(
  { db }: Pick<Deps, "db">,
  size: number,
): Promise<ProvableCheckpoint | null> {
  const { rows } = await db.pool.query<StoredRow<ProvableCheckpoint>>({
    ...provableOfSize,
    values: [size],
  });
  return toCheckpoint(rows[0]);
}

async function findPublishedCheckpoint(
  db: Db,
  where: string,
  values: readonly unknown[],
): Promise<PublishedCheckpoint | null> {
  const { rows } = await db.pool.query<StoredRow<PublishedCheckpoint>>(
    `select ${publishedColumns} from tlog.checkpoint where ${where}`,
    [...values],
  );
  return toCheckpoint(rows[0]);
}

/** The newest published checkpoint of the newest log that has one; null before the first. */
export const findNewestCheckpoint = (db: Db): Promise<PublishedCheckpoint | null> =>
  findPublishedCheckpoint(
    db,
    "published_at is not null order by generation desc, size desc limit 1",
    [],
  );

/** The published checkpoint of exactly that size, of the newest log that has one; else null. */
export const findCheckpointOfSize = (db: Db, size: number): Promise<PublishedCheckpoint | null> =>
  findPublishedCheckpoint(
    db,
    "published_at is not null and size = $1 order by generation desc limit 1",
    [size],
  );

/** The smallest published checkpoint of the newest log that covers `size` entries; else null. */
export const findCheckpointCovering = (db: Db, size: number): Promise<PublishedCheckpoint | null> =>
  findPublishedCheckpoint(
    db,
    "published_at is not null and size >= $1 and generation = (select max(generation) from tlog.log) order by size limit 1",
    [size],
  );

/**
 * Verifies a stored checkpoint and returns what is shown of it, with the level that it reaches under
 * the witness policy: "unsealed" if not even the log's own signature is valid.
 */
export async function verifyCheckpointView(
  stored: Omit<ProvableCheckpoint, "generation">,
  { witnessPolicy = emptyWitnessPolicy }: Pick<Deps, "witnessPolicy">,
): Promise<Readonly<{ view: CheckpointView; level: TrustLevel }>> {
  const { origin, vkey, size, root, note, signedAt, publishedAt } = stored;
  let cosignedBy: string[] = [];
  let level: TrustLevel = "unsealed";
  try {
    const verified = await verifyCheckpoint(
      nodeLogCrypto,
      note,
      await readVkey(nodeLogCrypto, vkey),
      witnessPolicy,
    );
    cosignedBy = verified.cosigned.map(({ name }) => name);
    level = verified.level;
  } catch (error) {
    if (!isProofError(error)) throw error;
  }
  return {
    level,
    view: {
      origin,
      size,
      rootHex: toHex(root),
      note,
      signedAt: signedAt.toISOString(),
      publishedAt: publishedAt?.toISOString() ?? null,
      cosignedBy,
    },
  };
}
