import { z } from "zod";
import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import type { Deps } from "@/lib/runtime/deps";
import { AppError } from "@/lib/errors/app-error";
import { encodeTimestampReply } from "@/lib/pki/timestamp";
import { parseNote } from "@/lib/log/pure/note";
import type { AnchorView, LogState } from "@/lib/log/view-types";

/** The row of tlog.work with which the anchoring process shows that it runs, and its problem. */
export const anchoringWorkId = "anchoring";

type AnchorRow = { origin: string; size: string; authority: string; stamped_at: Date };
const anchorColumns = "l.origin, a.size, a.authority, a.stamped_at";
const toAnchorView = ({
  origin,
  size,
  authority,
  stamped_at: stampedAt,
}: AnchorRow): AnchorView => ({
  origin,
  size: Number(size),
  authority,
  stampedAt: stampedAt.toISOString(),
});

/** The number of timestamps, the last one, and whether a timestamp authority is configured. */
export async function readAnchoringState({ db }: Pick<Deps, "db">): Promise<LogState["anchors"]> {
  const [
    {
      rows: [count],
    },
    {
      rows: [last],
    },
    {
      rows: [work],
    },
  ] = await Promise.all([
    db.pool.query<{ count: string }>("select count(*) as count from tlog.anchor"),
    db.pool.query<AnchorRow>(
      `select ${anchorColumns} from tlog.anchor a join tlog.log l using (generation) order by a.generation desc, a.size desc limit 1`,
    ),
    db.pool.query<{ note: string }>(
      "select note from tlog.work where id = $1 and ended_at is null",
      [anchoringWorkId],
    ),
  ]);
  return {
    count: Number(count?.count ?? 0),
    last: last === undefined ? null : toAnchorView(last),
    configured: work !== undefined,
    problem: work === undefined || work.note === "" ? null : work.note,
  };
}

export const anchorQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z
    .string()
    .regex(/^\d{1,9}\.\d{1,15}\.[\w-]{1,800}$/, "not a cursor of this list")
    .optional(),
});
/**
 * The timestamp of a checkpoint: the reply (.tsr, DER) that other tools can verify, over exactly the
 * bytes of `text`.
 */
export type AnchorFile = AnchorView & Readonly<{ reply: Uint8Array; text: string; note: string }>;
export type AnchorList = Readonly<{ items: readonly AnchorView[]; nextCursor: string | null }>;

type Row = AnchorRow & { generation: number };

/** The timestamps of checkpoints, newest first. Needs audit.read. */
export async function listAnchors(
  { db }: Pick<Deps, "db">,
  actor: Actor,
  input: z.input<typeof anchorQuery> = {},
): Promise<AnchorList> {
  authorize(actor, "audit.read");
  const { limit, cursor } = anchorQuery.parse(input);
  const [generation = "2147483647", size = "0", authority = ""] = cursor?.split(".") ?? [];
  const { rows } = await db.pool.query<Row>(
    `select a.generation, ${anchorColumns} from tlog.anchor a join tlog.log l using (generation) where (a.generation, a.size, a.authority) < ($1::bigint, $2::bigint, $3::text)
     order by a.generation desc, a.size desc, a.authority desc limit $4`,
    [generation, size, Buffer.from(authority, "base64url").toString("utf8"), limit + 1],
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(toAnchorView),
    nextCursor: rows.length > limit && last !== undefined ? cursorOf(last) : null,
  };
}

const cursorOf = ({ generation, size, authority }: Row): string =>
  `${generation}.${size}.${Buffer.from(authority).toString("base64url")}`;

/**
 * The timestamp of the checkpoint of that size; by default of the newest log and of any authority.
 * Needs audit.read. Throws AppError `anchor.not-found`.
 */
export async function getAnchor(
  { db }: Pick<Deps, "db">,
  actor: Actor,
  {
    size,
    origin = null,
    authority = null,
  }: Readonly<{
    size: number;
    origin?: string | null | undefined;
    authority?: string | null | undefined;
  }>,
): Promise<AnchorFile> {
  authorize(actor, "audit.read");
  const {
    rows: [row],
  } = await db.pool.query<Row & { note: string; token: Buffer }>(
    `select a.generation, ${anchorColumns}, a.note, a.token from tlog.anchor a join tlog.log l using (generation)
     where a.size = $1 and ($2::text is null or l.origin = $2) and ($3::text is null or a.authority = $3) order by a.generation desc, a.stamped_at desc limit 1`,
    [size, origin, authority],
  );
  if (row === undefined)
    throw new AppError(
      "anchor.not-found",
      `There is no timestamp of a checkpoint of ${size} entries.`,
    );
  return {
    ...toAnchorView(row),
    reply: encodeTimestampReply(new Uint8Array(row.token)),
    text: parseNote(row.note).text,
    note: row.note,
  };
}
