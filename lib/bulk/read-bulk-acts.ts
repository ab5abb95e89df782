import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { AppError } from "@/lib/errors/app-error";
import type { Deps } from "@/lib/runtime/deps";
import { bulkDto, bulkLine } from "./bulk-dto";
import { listBulkLines } from "./bulk-lines-repository";
import { findBulk, listBulkRows } from "./bulk-repository";
import {
  type BulkDto,
  type BulkLine,
  type BulkList,
  type BulkQuery,
  bulkQuery,
  nounOf,
} from "./schema";

export const bulkNotFound = (): AppError =>
  new AppError("bulk.not-found", "Bulk action not found.");

/** Only for those who read all certificates. */
function authorizeReading(actor: Actor): void {
  if (authorize(actor, "certificates.read") !== "all")
    throw new AppError("forbidden", "Your role does not allow this (certificates.read of all).");
}

/** A bulk action with its progress. Errors: `bulk.not-found`. */
export async function getBulkAct(
  deps: Pick<Deps, "db">,
  actor: Actor,
  id: string,
): Promise<BulkDto> {
  authorizeReading(actor);
  const row = await findBulk(deps.db, id);
  if (row === null) throw bulkNotFound();
  return bulkDto(row);
}

/** One page of bulk actions, newest first. */
export async function listBulkActs(
  deps: Pick<Deps, "db">,
  actor: Actor,
  input: BulkQuery = {},
): Promise<BulkList> {
  authorizeReading(actor);
  const { cursor, limit } = bulkQuery.parse(input);
  const rows = await listBulkRows(deps.db, cursor ?? null, limit + 1);
  const page = rows.slice(0, limit);
  return {
    items: page.map(bulkDto),
    nextCursor: rows.length > limit ? (page.at(-1)?.id ?? null) : null,
  };
}

const linesAtOnce = 500;
const linesOnPage = 100;

const linesOf = ({ act }: Pick<BulkDto, "act">) => (act === "issue" ? "requests" : nounOf(act));

/** The first lines of the report, for its page. */
export async function listFirstLines(
  deps: Pick<Deps, "db">,
  actor: Actor,
  bulk: Pick<BulkDto, "id" | "act">,
): Promise<readonly BulkLine[]> {
  authorizeReading(actor);
  const first = { bulkId: bulk.id, after: 0, take: linesOnPage };
  return (await listBulkLines(deps.db, linesOf(bulk), first)).map(bulkLine);
}

/** Every line of the report, in batches. Errors: `bulk.not-found`. */
export async function* readBulkReport(
  deps: Pick<Deps, "db">,
  actor: Actor,
  id: string,
): AsyncGenerator<readonly BulkLine[]> {
  const noun = linesOf(await getBulkAct(deps, actor, id));
  for (let after = 0; ;) {
    const rows = await listBulkLines(deps.db, noun, { bulkId: id, after, take: linesAtOnce });
    if (rows.length > 0) yield rows.map(bulkLine);
    if (rows.length < linesAtOnce) return;
    after = rows.at(-1)?.n ?? after;
  }
}
