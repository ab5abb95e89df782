import { z } from "zod";
import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { encodeTimestampReply } from "@/lib/pki/timestamp";
import { parseNote } from "../pure/note";
import type { AnchorView } from "../types-of-proof";
import { anchorColumns, viewAnchor } from "./anchor-state";

export const anchorQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z
    .string()
    .regex(/^\d{1,9}\.\d{1,15}\.[\w-]{1,800}$/, "not a cursor of this list")
    .optional(),
});
/** A time stamp of a checkpoint: the reply (.tsr, DER) that other tools verify, over exactly the bytes of `text`. */
export type AnchorFile = AnchorView & Readonly<{ reply: Uint8Array; text: string; note: string }>;
export type AnchorList = Readonly<{ items: readonly AnchorView[]; nextCursor: string | null }>;

type Row = {
  generation: number;
  origin: string;
  size: string;
  authority: string;
  stamped_at: Date;
};

/** Time stamps of checkpoints, the newest first. Needs audit.read. */
export async function listAnchors(
  { db }: Pick<Deps, "db">,
  actor: Actor,
  input: z.input<typeof anchorQuery> = {},
): Promise<AnchorList> {
  authorize(actor, "audit.read");
  const { limit, cursor } = anchorQuery.parse(input),
    [generation = "2147483647", size = "0", authority = ""] = cursor?.split(".") ?? [];
  const { rows } = await db.pool.query<Row>(
    `select a.generation, ${anchorColumns} from tlog.anchor a join tlog.log l using (generation) where (a.generation, a.size, a.authority) < ($1::bigint, $2::bigint, $3::text)
     order by a.generation desc, a.size desc, a.authority desc limit $4`,
    [generation, size, Buffer.from(authority, "base64url").toString("utf8"), limit + 1],
  );
  const shown = rows.slice(0, limit),
    last = shown.at(-1);
  return {
    items: shown.map(viewAnchor),
    nextCursor: rows.length > limit && last !== undefined ? cursorOf(last) : null,
  };
}

const cursorOf = ({ generation, size, authority }: Row): string =>
  `${generation}.${size}.${Buffer.from(authority).toString("base64url")}`;

/** One time stamp, of the checkpoint of that size; of the newest log and any authority unless said otherwise. Needs audit.read. Throws AppError `anchor.not-found`. */
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
      `There is no time stamp of a checkpoint of ${size} entries.`,
      { kind: "not-found" },
    );
  return {
    ...viewAnchor(row),
    reply: encodeTimestampReply(new Uint8Array(row.token)),
    text: parseNote(row.note).text,
    note: row.note,
  };
}
