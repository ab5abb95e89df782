import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { insertTestAccount } from "@/testing/accounts";
import { system } from "@/testing/actors";
import { type Harness, openHarness } from "@/testing/harness";
import { makeTokenFixture, type TokenFixture } from "@/testing/tokens";
import { revokeToken } from "./revoke-token";
let harness: Harness;
let tokens: TokenFixture;
beforeAll(async () => {
  harness = await openHarness();
  // One administrator always remains.
  await insertTestAccount(harness.deps);
  tokens = await makeTokenFixture(harness);
});
afterAll(() => harness.close());

describe("the database refuses every role", () => {
  const columns =
    "id, name, role, secret_hash, hint, created_by, created_at, expires_at, parent_id, account_id, lineage";
  const insert = (id: string, values: string) =>
    harness.as(
      "app",
      `begin; insert into api_token (${columns}) values ('${id}', 'x', 'admin', sha256('${id}'), 'chy_', 'x', now(), ${values}); rollback`,
    );
  test("a token that outlives the one it was made with, belongs to no lineage, or to another", async () => {
    const maker = await tokens.make(system, "admin", { expiresInDays: 5 });
    const other = await tokens.make(system);
    for (const [n, values] of [
      `now() + interval '20 years', '${maker.id}', null, '{${maker.id}}'`,
      `null, '${maker.id}', null, '{${maker.id}}'`,
      `now(), '${maker.id}', null, '{}'`,
      `now(), '${maker.id}', null, '{${other.id}}'`,
      `now(), null, null, '{${maker.id}}'`,
    ].entries())
      await expect(insert(`tok_bad${n}`, values)).rejects.toMatchObject({
        constraint: "token_keeps_lineage",
      });
    await insert("tok_good", `now(), '${maker.id}', null, '{${maker.id}}'`);
    await revokeToken(harness.deps, system, maker.id);
    await expect(
      insert("tok_late", `now(), '${maker.id}', null, '{${maker.id}}'`),
    ).rejects.toMatchObject({ constraint: "token_keeps_lineage" });
  });

  test.each([
    "role = 'admin'",
    "expires_at = null",
    "lineage = '{}'",
    "parent_id = null",
    "account_id = null",
    "secret_hash = '\\x00'",
    "id = 'tok_other'",
    "name = 'other'",
  ])("that a token is changed: %s", async (set) => {
    const person = await insertTestAccount(harness.deps);
    const child = await tokens.make(await tokens.bearer(await tokens.make(person)), "operator");
    await expect(
      harness.as("super", `begin; update api_token set ${set} where id = '${child.id}'; commit`),
    ).rejects.toMatchObject({ constraint: "token_is_fixed" });
  });

  test("that a revoked token counts again, or from another time on", async () => {
    const token = await tokens.make(system);
    await revokeToken(harness.deps, system, token.id);
    for (const at of ["null", "now()"])
      await expect(
        harness.as("super", `update api_token set revoked_at = ${at} where id = '${token.id}'`),
      ).rejects.toMatchObject({ constraint: "token_is_fixed" });
  });
});
