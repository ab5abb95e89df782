import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { entryActions } from "@/lib/log/describe-entry";
import { guardedTables } from "./guarded-tables";
import { createTestDatabase, type TestDatabase } from "@/testing/database/test-database";
import { openGuardMatrix, type GuardMatrix } from "@/testing/log/guard-matrix";

let database: TestDatabase;
let matrix: GuardMatrix;
beforeAll(async () => {
  database = await createTestDatabase();
  matrix = await openGuardMatrix(database.superUrl);
});
afterAll(async () => {
  await matrix.close();
  await database.drop();
});

const tables = Object.keys(guardedTables).filter((name) => !guardedTables[name]?.writtenByHand);

describe("each change of a guarded row", () => {
  test.each(tables)(
    "of %s is accepted with the actions that make such a change, and with no other",
    async (name) => {
      const table = matrix.tables.find((one) => one.name === name);
      if (table === undefined) throw new Error(`there is no table ${name}`);
      const wrong: string[] = [];
      let accepted = 0;
      for (const change of matrix.changesOf(table)) {
        for (const action of entryActions) {
          const bases = change.rule.by.filter(({ actions }) => actions.includes(action));
          const isListed = bases.some(
            ({ says }) =>
              says === undefined ||
              !says.includes("new.reason") ||
              action === "alert.opened" ||
              action === "bulk.started",
          );
          const outcome = bases[0]?.outcome ?? "success";
          const verdict = await matrix.attempt(table, change, { action, target: "one", outcome });
          if (verdict === "accepted") accepted++;
          if ((verdict === "accepted") !== isListed)
            wrong.push(`${change.name} ${action} ${verdict}`);
        }
      }
      expect(wrong).toEqual([]);
      const cases = matrix.changesOf(table).filter(({ rule }) => rule.by.length > 0);
      expect(accepted).toBeGreaterThanOrEqual(cases.length);
    },
  );

  test("rests on no read, no refusal and no other quiet action", async () => {
    const quiet = Object.values(guardedTables)
      .flatMap(({ insert, update }) => [
        ...(typeof insert === "string" ? [] : insert),
        ...update.flatMap(({ cases }) => cases),
      ])
      .flatMap(({ by }) => by.flatMap(({ actions }) => actions))
      .filter((action) => /\.read$|refused|denied|authorized|heartbeat|reported/.test(action));
    expect(quiet).toEqual([]);
  });

  test.each(tables)("of %s needs an entry that names the row and succeeded", async (name) => {
    const table = matrix.tables.find((one) => one.name === name);
    if (table === undefined) throw new Error(`there is no table ${name}`);
    const wrong: string[] = [];
    for (const change of matrix.changesOf(table)) {
      for (const { actions, outcome = "success" } of change.rule.by) {
        for (const action of actions) {
          const other = await matrix.attempt(table, change, { action, target: "two", outcome });
          const denied = await matrix.attempt(table, change, {
            action,
            target: "one",
            outcome: "denied",
          });
          if (other === "accepted") wrong.push(`${change.name} ${action} about another row`);
          if (denied === "accepted") wrong.push(`${change.name} ${action} denied`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });
});
