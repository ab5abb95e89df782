import { afterAll, beforeAll, expect, test } from "vitest";
import { guardedTables } from "@/lib/log/guards/guarded-tables";
import { type Harness, openHarness } from "@/testing/harness";
import { notCovered } from "./not-covered";
import { makeReplay } from "./replay";

let harness: Harness;
beforeAll(async () => {
  harness = await openHarness({ sequencer: false });
});
afterAll(() => harness.close());

/** What the comparisons read: their select lists and the conditions of their joins. */
const compared = makeReplay(() => {}).entityTypes.map(({ columns, from, key }) => ({
  from,
  words: new Set(`${columns} ${from} ${key}`.match(/[a-z_][a-z_0-9]*/g) ?? []),
}));

async function columnsOf(table: string): Promise<string[]> {
  const rows = await harness.asSuper(
    `select column_name as name from information_schema.columns where table_schema = 'public' and table_name = '${table}' order by 1`,
  );
  return rows.map(({ name }) => String(name));
}

test("every column of a table that decides something is compared with the log, or named as not covered with a reason", async () => {
  const undecided: string[] = [];
  const twice: string[] = [];
  for (const table of Object.keys(guardedTables)) {
    const readers = compared.filter(({ from }) => new RegExp(`\\b${table}\\b`).test(from));
    const named = notCovered[table] ?? {};
    const columns = await columnsOf(table);
    expect(columns.length, table).toBeGreaterThan(0);
    for (const column of columns) {
      const isRead = readers.some(({ words }) => words.has(column));
      if (!isRead && named[column] === undefined) undecided.push(`${table}.${column}`);
      if (Object.keys(named).includes(column) && named[column] === "")
        twice.push(`${table}.${column}`);
    }
    for (const column of Object.keys(named))
      expect(columns, `${table}.${column}`).toContain(column);
  }
  expect(undecided).toEqual([]);
  expect(twice).toEqual([]);
  for (const table of Object.keys(notCovered)) expect(Object.keys(guardedTables)).toContain(table);
});
