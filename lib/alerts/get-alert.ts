import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { AppError } from "@/lib/errors/app-error";
import { toEntrySummary } from "@/lib/log/entry-summary";
import { awaitIndexed } from "@/lib/log/sequence/await-indexed";
import type { Deps } from "@/lib/runtime/deps";
import { alertDto, alertNotFound } from "./alert-dto";
import { listAlertHistory, listEntriesOfAlert, findAlertRow } from "./alert-repository";
import { labelAccounts } from "./assignee-repository";
import type { AlertDetail, AlertDto } from "./schema";

const maxHistory = 200;

/** An alert without its entries. For other use cases, which authorize by themselves. Errors: `alert.not-found`. */
export async function readAlert(deps: Pick<Deps, "db">, id: string): Promise<AlertDto> {
  const row = await findAlertRow(deps.db, id);
  if (!row) throw alertNotFound();
  return alertDto(
    row,
    await labelAccounts(deps.db, row.assignedTo === null ? [] : [row.assignedTo]),
  );
}

/**
 * An alert with one page of the entries that it counts, newest first, and with its history. Errors:
 * `alert.not-found`, `alert.cursor`.
 */
export async function getAlert(
  deps: Pick<Deps, "db">,
  actor: Actor,
  id: string,
  {
    cursor = "",
    limit = 50,
  }: Readonly<{ cursor?: string | undefined; limit?: number | undefined }> = {},
): Promise<AlertDetail> {
  authorize(actor, "alerts.read");
  if (!/^\d{0,15}$/.test(cursor))
    throw new AppError(
      "alert.cursor",
      "This cursor is not valid for this list. Start from the first page.",
      {
        findings: [{ code: "alert.cursor", message: "This cursor is not valid.", path: "cursor" }],
      },
    );
  // What the caller has just done to the alert is in its history.
  await awaitIndexed(deps.db);
  const alert = await readAlert(deps, id);
  const [behind, history] = await Promise.all([
    listEntriesOfAlert(deps.db, id, cursor === "" ? null : Number(cursor), limit + 1),
    listAlertHistory(deps.db, id, maxHistory),
  ]);
  const page = behind.slice(0, limit);
  const last = page.at(-1);
  return {
    alert,
    entries: {
      items: page.map(toEntrySummary),
      nextCursor: behind.length > limit && last !== undefined ? last.seq : null,
    },
    history: history.map(toEntrySummary),
  };
}
