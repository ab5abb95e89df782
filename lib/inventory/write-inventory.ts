import { csvField } from "@/lib/log/export/csv";
import { utf8 } from "@/lib/log/pure/bytes";
import type { InventoryColumn, InventoryFormat } from "./types";

/**
 * Rows as CSV (RFC 4180, with a byte order mark for Excel; what a spreadsheet would run is
 * neutralized, and lists are separated by spaces) or as one JSON array, a batch at a time.
 */
export async function* writeInventory<T>(
  format: InventoryFormat,
  columns: readonly InventoryColumn<T>[],
  batches: AsyncIterable<readonly T[]>,
): AsyncGenerator<Uint8Array> {
  if (format === "csv") {
    yield utf8(`\uFEFF${csvLine(columns.map(([name]) => name))}`);
    for await (const rows of batches)
      yield utf8(
        rows.map((row) => csvLine(columns.map(([, value]) => textOf(value(row))))).join(""),
      );
    return;
  }
  let separator = "[\n";
  for await (const rows of batches)
    for (const row of rows) {
      const members = Object.fromEntries(columns.map(([name, value]) => [name, value(row)]));
      yield utf8(`${separator}${JSON.stringify(members)}`);
      separator = ",\n";
    }
  yield utf8(separator === "[\n" ? "[]\n" : "\n]\n");
}

const csvLine = (fields: readonly unknown[]): string => `${fields.map(csvField).join(",")}\r\n`;
const textOf = (value: string | number | boolean | null | readonly string[]): unknown =>
  Array.isArray(value) ? value.join(" ") : value;
