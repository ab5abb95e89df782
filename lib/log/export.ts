import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { awaitIndexed } from "./await-indexed";
import { csvHeader, csvRow } from "./csv";
import { filterOf } from "./filter";
import { recordEntry } from "./record";
import type { EntryQuery } from "./schema";
import { countEntries, type FoundEntry, findEntries, rangeOf, restOf } from "./search";
import { choosePlan, walkPlan } from "./search-plan";
import { recordOf } from "./summary";

export type ExportFormat = "jsonl" | "csv";

const PAGE = 500, MOST_GATHERED = 10_000, LONGEST_WAIT_MS = 10_000;

/**
 * Every entry that matches, oldest first unless asked otherwise, in pieces of text and in constant memory. Each record carries its number
 * and its leaf hash; a line of JSON holds the entry's own bytes. Needs audit.export. The export is itself recorded, with its filter and its
 * count, before the first piece comes. Throws, on the first piece: AppError `forbidden`, `audit.query`, `audit.index-behind`, `record.unavailable`.
 */
export async function* exportEntries(deps: Pick<Deps, "db" | "clock" | "random">, actor: Actor, query: EntryQuery, format: ExportFormat): AsyncGenerator<string, void, undefined> {
  authorize(actor, "audit.export");
  const filter = filterOf({ ...query, order: query.order || "asc", cursor: "" });
  const { size, indexedTo } = await awaitIndexed(deps.db, LONGEST_WAIT_MS);
  if (indexedTo < size) throw new AppError("audit.index-behind", `The index holds ${indexedTo} of ${size} entries, so an export would not be complete. Try again when it has caught up.`, { kind: "unavailable", retryAfterSeconds: 30 });
  // Nothing is added below the index's present end, so the count is what will come, whatever happens meanwhile.
  const range = await rangeOf(deps.db, filter, indexedTo);
  const count = await countEntries(deps.db, filter, range);
  await recordEntry(deps, actor, { action: "audit.exported", outcome: "success", target: null, details: { format, filter: filter.text, count } });
  if (format === "csv") yield csvHeader;
  // Few matches are gathered anew for each page; for many, all pages together walk the range once.
  const plan = count > MOST_GATHERED ? walkPlan : await choosePlan(deps.db, filter, range, Infinity);
  for (let after: number | null = null; ;) {
    const page: FoundEntry[] = await findEntries(deps.db, filter, restOf({ ...filter, after }, range), PAGE, plan);
    if (page.length > 0) yield page.map(format === "csv" ? csvLine : jsonLine).join("");
    after = page.at(-1)?.seq ?? null;
    if (page.length < PAGE) return;
  }
}

const jsonLine = ({ seq, leafHash, entry }: FoundEntry): string => `{"seq":${seq},"leafHash":"${leafHash.toString("hex")}","entry":${entry.toString("utf8")}}\n`;
const csvLine = ({ seq, leafHash, entry }: FoundEntry): string => csvRow(seq, leafHash.toString("hex"), recordOf(entry));
