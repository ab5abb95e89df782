import type pg from "pg";
import { parseCheckpoint } from "@/lib/log/pure/checkpoint";
import { toHex } from "@/lib/log/pure/bytes";
import type { Halt } from "@/lib/log/publish/types";
import type { Manifest } from "./manifest";
import { readNotes } from "./memory";

type Row = { size: string; note: string; origins: string[] };

/**
 * Why a restored log does not go on under its name: nobody here knows whether more was signed under
 * it after the backup. Null if it has no checkpoint, and so was never signed.
 */
export async function haltRestored(
  query: pg.Client["query"],
  { takenAt }: Pick<Manifest, "takenAt">,
  signerFolder: string,
  now: Date,
): Promise<Halt | null> {
  const {
    rows: [row],
  } = await query<Row>(`select h.size::text as size, c.note,
      (select array_agg(origin) from (select origin from tlog.log union select unnest(left_behind) from tlog.log) o) as origins
    from tlog.head h, tlog.checkpoint c
    where c.generation = (select max(generation) from tlog.log) order by c.size desc limit 1`);
  if (!row) return null;
  const { origin, size, root } = parseCheckpoint(row.note);
  const known = new Set(row.origins);
  return {
    code: "log.restored",
    message: `This database was restored from the backup of ${takenAt}, and the signer has never signed the log ${origin} here. Entries may have been signed after the backup; other entries under their numbers would be a second log of the same name. No entry is numbered or published, and nothing changes but revocations and holds, until an administrator continues the log under a new name (on the audit log's page, or with: npx chancery log continue), or the backup is restored again next to the signer's folder of the original.`,
    at: now.toISOString(),
    origin,
    rememberedSize: size,
    rememberedRootHex: toHex(root),
    foundSize: Number(row.size),
    rememberedNote: row.note,
    lostOrigins: readNotes(signerFolder)
      .map((note) => parseCheckpoint(note).origin)
      .filter((one) => !known.has(one)),
  };
}
