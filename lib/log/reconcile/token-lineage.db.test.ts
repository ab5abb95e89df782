import { afterAll, beforeAll, expect, test } from "vitest";
import { system } from "@/testing/actors";
import { type Harness, openHarness } from "@/testing/harness";
import { problemsAfter } from "@/testing/log/reconcile-fixture";
import { makeTokenFixture, type TokenFixture } from "@/testing/tokens";
import { reconcile } from "./reconcile";

let harness: Harness;
let tokens: TokenFixture;
beforeAll(async () => {
  harness = await openHarness();
  tokens = await makeTokenFixture(harness);
});
afterAll(() => harness.close());

test("a generation that is missing from the lineage of a token is found, however many there are", async () => {
  let last = await tokens.make(system);
  for (let n = 0; n < 10; n++) last = await tokens.make(await tokens.bearer(last));
  expect((await reconcile(harness.deps)).problems).toEqual([]);
  const found = await problemsAfter(
    harness,
    "api_token",
    `update api_token set lineage = lineage[1:8] || lineage[10:] where id = '${last.id}'`,
    `update api_token t set lineage = (select array_prepend(p.id, p.lineage) from api_token p where p.id = t.parent_id) where id = '${last.id}'`,
  );
  expect(found).toEqual([
    expect.stringMatching(
      /its lineage is 9 values with the digest \w+ in the table, but 10 values/,
    ),
  ]);
  expect((await reconcile(harness.deps)).problems).toEqual([]);
});
