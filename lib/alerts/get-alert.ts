import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { recordOf, summaryOf } from "@/lib/log/summary";
import { alertDto, noSuchAlert } from "./alert-dto";
import { entriesAbout, entriesBehind, findAlertRow, type BehindRow } from "./alert-repository";
import { labelAccounts } from "./assignee-repository";
import type { AlertDetail, AlertDto } from "./schema";

const mostHistory = 200;
const summaries = (rows: readonly BehindRow[]) =>
  rows.map(({ seq, entry }) => summaryOf(seq, recordOf(entry)));

/** An alert by itself. Errors: `alert.not-found`. */
export async function readAlert(deps: Pick<Deps, "db">, id: string): Promise<AlertDto> {
  const row = await findAlertRow(deps.db, id);
  if (!row) throw noSuchAlert();
  return alertDto(
    row,
    await labelAccounts(deps.db, row.assignedTo === null ? [] : [row.assignedTo]),
  );
}

/** An alert with a page of the entries behind it, the newest first, and with what was done about it. Errors: `alert.not-found`, `alert.cursor`. */
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
      "This page address is not one that was handed out. Begin again at the first page.",
      {
        findings: [{ code: "alert.cursor", message: "not a cursor of this list", path: "cursor" }],
      },
    );
  const alert = await readAlert(deps, id);
  const [behind, history] = await Promise.all([
    entriesBehind(deps.db, id, cursor === "" ? null : Number(cursor), limit + 1),
    entriesAbout(deps.db, id, mostHistory),
  ]);
  const shown = behind.slice(0, limit),
    last = shown.at(-1);
  return {
    alert,
    entries: {
      items: summaries(shown),
      nextCursor: behind.length > limit && last !== undefined ? String(last.seq) : null,
    },
    history: summaries(history),
  };
}
