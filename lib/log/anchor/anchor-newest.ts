import { createHash } from "node:crypto";
import { systemActor } from "@/lib/auth/actor";
import type { Deps } from "@/lib/deps";
import { newId } from "@/lib/ids";
import { auditedTransaction } from "../audited-transaction";
import { newestProvable } from "../provable";
import { toHex, utf8 } from "../pure/bytes";
import { parseNote } from "../pure/note";
import type { AnchorView } from "../types-of-proof";
import { anchoringWork } from "./anchor-state";
import { askAuthority, nameOfAuthority, type TimestampAuthority } from "./ask-authority";

export type AnchorDeps = Pick<Deps, "db" | "clock" | "random" | "source">;

/**
 * Has the newest published checkpoint stamped: its text, without the signatures (RFC 3161 over its SHA-256). The token is kept with its
 * entry. Null: there is none yet, or it has its stamp of this authority already. Throws AppError `timestamp.*`, `record.unavailable`.
 */
export async function anchorNewest(
  deps: AnchorDeps,
  authority: TimestampAuthority,
): Promise<AnchorView | null> {
  const checkpoint = await newestProvable(deps),
    name = nameOfAuthority(authority.url);
  if (checkpoint === null || (await isAnchored(deps, checkpoint.generation, checkpoint.size, name)))
    return null;
  const { generation, origin, size, note } = checkpoint;
  const { token, stamp } = await askAuthority(authority, utf8(parseNote(note).text), deps.random),
    stampedAt = stamp.stampedAt.toISOString();
  const actor = systemActor("anchor", newId("req", deps.clock.now(), deps.random.bytes));
  await auditedTransaction(deps, actor, async (tx) => {
    await tx.$executeRaw`select tlog.add_anchor(${generation}::int, ${size}::bigint, ${name}, ${note}, ${Uint8Array.from(token)}::bytea, ${stamp.stampedAt}::timestamptz)`;
    const tokenSha256 = toHex(new Uint8Array(createHash("sha256").update(token).digest()));
    return {
      result: null,
      entries: [
        {
          action: "log.anchored",
          outcome: "success",
          target: { kind: "log", id: origin, label: origin },
          details: { size, authority: name, stampedAt, tokenSha256 },
        },
      ],
    };
  });
  return { origin, size, authority: name, stampedAt };
}

async function isAnchored(
  { db }: Pick<Deps, "db">,
  generation: number,
  size: number,
  authority: string,
): Promise<boolean> {
  const { rows } = await db.pool.query(
    "select from tlog.anchor where generation = $1 and size = $2 and authority = $3",
    [generation, size, authority],
  );
  return rows.length > 0;
}

/** When this authority stamped last; null if it never did. */
export async function lastStamp({ db }: Pick<Deps, "db">, url: string): Promise<Date | null> {
  const {
    rows: [row],
  } = await db.pool.query<{ last: Date | null }>(
    "select max(stamped_at) as last from tlog.anchor where authority = $1",
    [nameOfAuthority(url)],
  );
  return row?.last ?? null;
}

/** Says that an authority is set, and what is wrong with it (""), where the state of the log is read. Null: none is set. */
export async function noteAnchoring(
  { db }: Pick<Deps, "db">,
  problem: string | null,
): Promise<void> {
  if (problem === null) await db.pool.query("delete from tlog.work where id = $1", [anchoringWork]);
  else
    await db.pool.query(
      "insert into tlog.work (id, kind, note) values ($1, $1, $2) on conflict (id) do update set note = excluded.note, updated_at = clock_timestamp()",
      [anchoringWork, problem],
    );
}
