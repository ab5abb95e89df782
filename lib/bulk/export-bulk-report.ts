import type { Actor } from "@/lib/access/actor";
import { csvField } from "@/lib/log/export/csv";
import { utf8 } from "@/lib/log/pure/bytes";
import type { Deps } from "@/lib/runtime/deps";
import { getBulkAct, readBulkReport } from "./read-bulk-acts";
import type { BulkLine } from "./schema";

const columns: readonly (keyof BulkLine)[] = [
  "certificateId",
  "identityId",
  "name",
  "serial",
  "identity",
  "outcome",
  "code",
  "message",
  "entryId",
  "at",
  "alertId",
];
const line = (fields: readonly unknown[]): string => `${fields.map(csvField).join(",")}\r\n`;

type Report = Readonly<{
  count: number;
  checkpoint: null;
  type: string;
  fileName: string;
  pieces: AsyncIterable<Uint8Array>;
}>;

/**
 * The report as CSV, a line for each item, produced as it is sent. What a spreadsheet would
 * run is neutralized. Errors: `bulk.not-found`.
 */
export async function exportBulkReport(
  deps: Pick<Deps, "db">,
  actor: Actor,
  id: string,
): Promise<Report> {
  const { total } = await getBulkAct(deps, actor, id);
  return {
    count: total,
    checkpoint: null,
    type: "text/csv; charset=utf-8",
    fileName: `bulk-action-${id}.csv`,
    pieces: writeLines(readBulkReport(deps, actor, id)),
  };
}

async function* writeLines(
  batches: AsyncIterable<readonly BulkLine[]>,
): AsyncGenerator<Uint8Array> {
  // Without a byte order mark, Excel reads UTF-8 as the code page of its computer.
  yield utf8(`\uFEFF${line(columns)}`);
  for await (const batch of batches)
    yield utf8(batch.map((one) => line(columns.map((name) => one[name]))).join(""));
}
