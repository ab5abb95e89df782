import type { Deps } from "@/lib/deps";
import { nodeLogCrypto } from "./node-crypto";
import { toHex } from "./pure/bytes";
import { readVkey } from "./pure/note";
import { emptyPolicy } from "./pure/policy";
import { ProofError } from "./pure/proof-error";
import { verifyCheckpoint } from "./pure/verify-checkpoint";
import type { CheckpointView, TrustLevel } from "./types-of-proof";

export type Provable = Readonly<{
  generation: number;
  origin: string;
  vkey: string;
  size: number;
  root: Uint8Array;
  note: string;
  signedAt: Date;
  publishedAt: Date | null;
}>;

type Row = Omit<Provable, "size"> & { size: string };

const columns = `c.generation, l.origin, l.vkey, c.size, c.root, c.note, c.signed_at as "signedAt", c.published_at as "publishedAt"`;

/** A log that was continued shares with its tree only what it had before; a restored database has less than was published. */
const from = `tlog.checkpoint c join tlog.log l using (generation) left join tlog.log n on n.generation = c.generation + 1 cross join tlog.tree t
  where c.published_at is not null and c.size <= least(t.size, coalesce(n.start_size, t.size))`;

const newest = {
  name: "log-provable",
  text: `select ${columns} from ${from} order by c.generation desc, c.size desc limit 1`,
} as const;
const ofSize = {
  name: "log-provable-at",
  text: `select ${columns} from ${from} and c.size = $1 order by c.generation desc limit 1`,
} as const;

/** The newest published checkpoint whose tree is the one at hand, so that everything under it can be proven; null before there is one. */
export async function newestProvable({ db }: Pick<Deps, "db">): Promise<Provable | null> {
  const {
    rows: [row],
  } = await db.pool.query<Row>(newest);
  return row === undefined
    ? null
    : { ...row, size: Number(row.size), root: new Uint8Array(row.root) };
}

/** The published checkpoint of exactly that size, if there is one under which things can be proven. */
export async function provableAt({ db }: Pick<Deps, "db">, size: number): Promise<Provable | null> {
  const {
    rows: [row],
  } = await db.pool.query<Row>({ ...ofSize, values: [size] });
  return row === undefined
    ? null
    : { ...row, size: Number(row.size), root: new Uint8Array(row.root) };
}

/** What is shown of a checkpoint, and how far it can be trusted by the policy: "unsealed" if not even the log's own signature holds. */
export async function viewCheckpoint(
  found: Pick<Provable, "origin" | "vkey" | "size" | "root" | "note" | "signedAt" | "publishedAt">,
  { witnessPolicy = emptyPolicy }: Pick<Deps, "witnessPolicy">,
): Promise<Readonly<{ view: CheckpointView; level: TrustLevel }>> {
  const { origin, vkey, size, root, note, signedAt, publishedAt } = found;
  let cosignedBy: string[] = [],
    level: TrustLevel = "unsealed";
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
    if (!(error instanceof ProofError)) throw error;
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
