import { afterAll, beforeAll, expect, test } from "vitest";
import { verifyLog } from "@/lib/log/live/verify-log";
import { guardedTables } from "@/lib/log/guards/guarded-tables";
import { type ColumnChanger, openColumnChanger } from "@/testing/log/change-column";
import { fillTables } from "@/testing/log/every-table";
import { openAcmeScenario, type AcmeScenario } from "@/testing/gateway/acme-scenario";
import { makeCheck } from "./check";
import { notCovered } from "./not-covered";
import { reconcile } from "./reconcile";
import { makeReplay } from "./replay";

let scenario: AcmeScenario;
let changer: ColumnChanger;
beforeAll(async () => {
  scenario = await openAcmeScenario();
  const { harness } = scenario.gateway;
  await fillTables(harness.deps);
  // Its jobs would take up a bulk action whose status is changed.
  await scenario.gateway.stop();
  await harness.sequence();
  changer = await openColumnChanger(harness.urls.superUrl, Object.keys(guardedTables));
}, 240_000);
afterAll(async () => {
  await changer?.close();
  await scenario?.close();
});

/** What the comparisons that read this table find; without a table, all comparisons. */
async function problems(table = ""): Promise<readonly string[]> {
  const check = makeCheck();
  const replay = makeReplay(check.problem);
  const reads = new RegExp(`\\b${table}\\b`);
  const entityTypes = replay.entityTypes.filter(
    ({ from, columns }) => reads.test(from) || reads.test(columns),
  );
  const { deps } = scenario.gateway.harness;
  return (await reconcile(deps, { check, replay: { ...replay, entityTypes } })).problems;
}

const isNamed = (table: string, column: string): boolean =>
  notCovered[table]?.[column] !== undefined;

test("every table has a row to change, but those of which no column is compared", async () => {
  expect(await problems()).toEqual([]);
  const without: string[] = [];
  for (const table of Object.keys(guardedTables))
    if (
      !(await changer.hasRow(table)) &&
      changer.columns.some((one) => one.table === table && !isNamed(table, one.name))
    )
      without.push(table);
  expect(without).toEqual([]);
});

test("every column that isn't named as not covered can't be changed unseen", async () => {
  const unseen: string[] = [];
  const refused: string[] = [];
  for (const column of changer.columns) {
    const { table, name } = column;
    if (isNamed(table, name) || !(await changer.hasRow(table))) continue;
    const found = await changer.during(column, () => problems(table));
    if (found === null) refused.push(`${table}.${name}`);
    else if (found.length === 0) unseen.push(`${table}.${name}`);
  }
  expect(unseen).toEqual([]);
  expect(refused).toEqual([]);
  expect(await problems()).toEqual([]);
}, 240_000);

test("the same change of a column that is named finds nothing, so the test above can fail", async () => {
  for (const [table, name] of [
    ["profile", "changed_at"],
    ["api_token", "hint"],
    ["certificate", "crl_shard"],
  ]) {
    const column = changer.columns.find((one) => one.table === table && one.name === name);
    expect(await changer.during(column!, () => problems(table))).toEqual([]);
  }
});

const strangeTimes = ["'infinity'", "'294276-01-01'"];

test("a time that no calendar has ends no comparison, and is named in every column that is compared", async () => {
  const times = changer.columns.filter(({ type }) => type.startsWith("timestamp"));
  expect(times.length).toBeGreaterThan(50);
  const unseen: string[] = [];
  for (const value of strangeTimes)
    for (const column of times) {
      const { table, name } = column;
      if (!(await changer.hasRow(table))) continue;
      const found = await changer.during(column, () => problems(table), [value]);
      if (!isNamed(table, name) && found?.length === 0) unseen.push(`${table}.${name} ${value}`);
    }
  expect(unseen).toEqual([]);
}, 240_000);

test("no time that a superuser writes keeps a verification from its report", async () => {
  const broken: string[] = [];
  for (const column of changer.columns.filter(({ type }) => type.startsWith("timestamp"))) {
    if (!(await changer.hasRow(column.table))) continue;
    const verify = () => verifyLog(scenario.gateway.harness.deps).then(() => "", String);
    const error = await changer.during(column, verify, ["'infinity'"]);
    if (error) broken.push(`${column.table}.${column.name}: ${error}`);
  }
  expect(broken).toEqual([]);
}, 240_000);
