import { sha256 } from "@/lib/format/hash";
import { systemActor } from "@/lib/access/actor";
import type { Deps } from "@/lib/runtime/deps";
import { newId } from "@/lib/format/ids";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import { findNewestProvableCheckpoint } from "@/lib/log/tree/checkpoint-reader";
import { toHex, utf8 } from "@/lib/log/pure/bytes";
import { parseNote } from "@/lib/log/pure/note";
import type { AnchorView } from "@/lib/log/view-types";
import { anchoringWorkId } from "./read-anchors";
import {
  authorityName,
  requestTimestamp,
  type TimestampAuthority,
  type TimestampResult,
} from "./timestamp-client";

export type AnchorDeps = Pick<Deps, "db" | "clock" | "random" | "recorder">;

/**
 * Has the newest published checkpoint timestamped by an authority (RFC 3161, over the SHA-256 of the
 * note's text without signatures), and stores the token with its entry. Null if there is no
 * checkpoint, or if this authority has timestamped it already. Throws AppError `timestamp.*`,
 * `record.unavailable`.
 */
export const anchorNewestCheckpoint = (
  deps: AnchorDeps,
  authority: TimestampAuthority,
): Promise<AnchorView | null> =>
  anchorWith(deps, authorityName(authority.url), (text) =>
    requestTimestamp(authority, text, deps.random),
  );

/** The same, by an authority of this name that `stampText` asks, and whose token it verified. */
export async function anchorWith(
  deps: AnchorDeps,
  name: string,
  stampText: (text: Uint8Array) => Promise<TimestampResult>,
): Promise<AnchorView | null> {
  const checkpoint = await findNewestProvableCheckpoint(deps);
  if (checkpoint === null || (await isAnchored(deps, checkpoint.generation, checkpoint.size, name)))
    return null;
  const { generation, origin, size, note } = checkpoint;
  const { token, stamp } = await stampText(utf8(parseNote(note).text));
  const stampedAt = stamp.stampedAt.toISOString();
  const actor = systemActor("anchor", newId("req", deps.clock.now(), deps.random.bytes));
  await auditedTransaction(deps.recorder, actor, async (tx) => {
    await tx.$executeRaw`select tlog.add_anchor(${generation}::int, ${size}::bigint, ${name}, ${note}, ${Uint8Array.from(token)}::bytea, ${stamp.stampedAt}::timestamptz)`;
    const tokenSha256 = toHex(new Uint8Array(sha256(token)));
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

/** The time of this authority's last timestamp; null if there is none. */
export async function findLastTimestamp(
  { db }: Pick<Deps, "db">,
  url: string,
): Promise<Date | null> {
  const {
    rows: [row],
  } = await db.pool.query<{ last: Date | null }>(
    "select max(stamped_at) as last from tlog.anchor where authority = $1",
    [authorityName(url)],
  );
  return row?.last ?? null;
}

/**
 * Stores for the log's state that an authority is configured, and its current problem ("" for none).
 * Null: no authority is configured.
 */
export async function updateAnchoringStatus(
  { db }: Pick<Deps, "db">,
  problem: string | null,
): Promise<void> {
  if (problem === null)
    await db.pool.query("delete from tlog.work where id = $1", [anchoringWorkId]);
  else
    await db.pool.query(
      "insert into tlog.work (id, kind, note) values ($1, $1, $2) on conflict (id) do update set note = excluded.note, updated_at = clock_timestamp()",
      [anchoringWorkId, problem],
    );
}

import { dayMs } from "@/lib/format/time-units";
/** Shortly after midnight, when a checkpoint covers the day's last entries. */
const afterMidnightMs = 5_000;

/**
 * Milliseconds until the next timestamp is due: `everyMs` after the last one, but at the end of each
 * UTC day at the latest. Zero if there is none yet.
 */
export function msUntilNextAnchor(last: Date | null, now: Date, everyMs: number): number {
  if (last === null) return 0;
  const at = last.getTime();
  const sinceMidnight = at % dayMs;
  const endOfDay =
    at - sinceMidnight + (sinceMidnight < afterMidnightMs ? 0 : dayMs) + afterMidnightMs;
  return Math.max(0, Math.min(at + everyMs, endOfDay) - now.getTime());
}
