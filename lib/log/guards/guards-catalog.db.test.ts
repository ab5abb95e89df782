import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exemptTables } from "./exempt-tables";
import { guardBody, guardFunctionOf, guardTriggers } from "./guard-sql";
import { guardedTables } from "./guarded-tables";
import type { GuardedTable } from "./types";
import { type Harness, openHarness } from "@/testing/harness";

let harness: Harness;
beforeAll(async () => {
  harness = await openHarness({ sequencer: false });
});
afterAll(() => harness.close());

const listOf = async (sql: string, values: readonly unknown[] = []): Promise<string[]> =>
  (await harness.asSuper(sql, values)).map((row) => String(Object.values(row)[0]));

/** Tables of every schema but PostgreSQL's own, without extensions' and the log's partitions. */
const tables = `select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'f') and not c.relispartition and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e') order by 1`;

const columnsOf = ({ update, fixed, free, generated = [] }: GuardedTable): string[] => [
  ...update.flatMap(({ columns }) => columns),
  ...fixed,
  ...(free?.columns ?? []),
  ...generated,
];

describe("every table is either guarded or exempt with a reason", () => {
  test("a table without a decision is found, and so is a decision without a table", async () => {
    const decided = [
      ...Object.keys(guardedTables).map((name) => `public.${name}`),
      ...Object.keys(exemptTables),
    ];
    expect(decided.toSorted()).toEqual(await listOf(tables));
    expect(new Set(decided).size).toBe(decided.length);
  });

  test("a column of a guarded table without a decision is found, and one that is not there", async () => {
    for (const [name, guard] of Object.entries(guardedTables)) {
      const columns = await listOf(
        "select attname from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped order by 1",
        [`public.${name}`],
      );
      expect({ name, columns: columnsOf(guard).toSorted() }).toEqual({ name, columns });
    }
  });
});

/** A trigger's definition without what PostgreSQL and we write differently. */
const plain = (definition: string): string =>
  definition
    .toLowerCase()
    .replace(/^create /, "")
    .replaceAll(/\brow\(/g, "(")
    .replaceAll(/[()"]|public\./g, "")
    .replaceAll(/\s+/g, " ")
    .trim();

describe("the database has the guards that are declared", () => {
  test.each(Object.entries(guardedTables))("%s", async (name, guard) => {
    const declared = guardTriggers(name, guard);
    const existing = await harness.asSuper(
      `select tgname as name, tgenabled as enabled, pg_get_triggerdef(oid) as definition from pg_trigger where tgrelid = $1::regclass and tgname = any($2) order by 1`,
      [`public.${name}`, Object.keys(declared)],
    );
    expect(
      existing.map((row) => ({ ...row, definition: plain(String(row["definition"])) })),
    ).toEqual(
      Object.entries(declared)
        .toSorted(([one], [other]) => (one < other ? -1 : 1))
        .map(([trigger, text]) => ({ name: trigger, enabled: "A", definition: plain(text) })),
    );
    if (guard.writtenByHand || declared["needs_entry"] === undefined) return;
    const body = await harness.asSuper(
      "select prosrc as body, prosecdef as definer, proconfig as config from pg_proc where oid = $1::regproc",
      [guardFunctionOf(name)],
    );
    expect(body).toEqual([
      { body: guardBody(guard), definer: true, config: ["search_path=pg_catalog, pg_temp"] },
    ]);
  });
});
