import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { describeEntry } from "./describe-entry";
import type { EntryDetail } from "./schema";
import { recordOf } from "./summary";

type Row = { seq: string; entry_id: string; leaf_hash: Buffer; entry: Buffer; sequenced_at: Date };

/** One entry whole, by number or id (ent_…). Needs audit.read. Throws AppError `entry.not-found`. */
export async function getEntry(deps: Pick<Deps, "db">, actor: Actor, seqOrId: string | number): Promise<EntryDetail> {
  authorize(actor, "audit.read");
  const said = String(seqOrId);
  const by = /^\d{1,15}$/.test(said) ? "seq" : "entry_id";
  const { rows } = await deps.db.pool.query<Row>({
    name: `log-entry-by-${by}`,
    text: `select seq, entry_id, leaf_hash, entry, sequenced_at from tlog.entry where ${by} = $1 limit 1`,
    values: [said.slice(0, 100)],
  });
  const row = rows[0];
  if (row === undefined) throw new AppError("entry.not-found", `The log has no entry ${said.slice(0, 100)}.`, { kind: "not-found" });
  const record = recordOf(row.entry);
  return {
    seq: Number(row.seq), id: row.entry_id, record, leafHashHex: row.leaf_hash.toString("hex"), sequencedAt: row.sequenced_at.toISOString(),
    bytesText: row.entry.toString("utf8"), sentence: describeEntry(record),
  };
}
