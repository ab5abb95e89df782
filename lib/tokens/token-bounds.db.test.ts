import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { roles } from "@/lib/access/roles";
import { insertTestAccount } from "@/testing/accounts";
import { system } from "@/testing/actors";
import { type Harness, openHarness } from "@/testing/harness";
import { makeTokenFixture, type TokenFixture } from "@/testing/tokens";
import { getToken, listTokens } from "./read-tokens";
import { tokenInput } from "./schema";
const day = 86_400_000;
let harness: Harness;
let tokens: TokenFixture;
beforeAll(async () => {
  harness = await openHarness();
  // One administrator always remains.
  await insertTestAccount(harness.deps);
  tokens = await makeTokenFixture(harness);
});
afterAll(() => harness.close());

describe("a token never outlives its maker", () => {
  const daysOf = (expiresAt: string | null): number =>
    Math.round((Date.parse(expiresAt ?? "") - harness.deps.clock.now().getTime()) / day);

  test.each(
    roles.flatMap((role) => [
      [role, 10, undefined, 10] as const,
      [role, 10, 3, 3] as const,
      [role, 10, 9, 9] as const,
      [role, 365, 300, 300] as const,
    ]),
  )(
    "%s, with a token of %s days and asked for %s: %s days",
    async (role, days, asked, expected) => {
      const maker = await tokens.bearer(
        await tokens.make(system, "admin", { expiresInDays: days }),
      );
      const child = await tokens.make(maker, role, { expiresInDays: asked });
      expect(daysOf(child.expiresAt)).toBe(expected);
    },
  );

  test.each(roles.flatMap((role) => [[role, 11] as const, [role, 365] as const]))(
    "%s: with a token of 10 days, %s days are refused at the field",
    async (role, asked) => {
      const maker = await tokens.bearer(await tokens.make(system, "admin", { expiresInDays: 10 }));
      await expect(tokens.make(maker, role, { expiresInDays: asked })).rejects.toMatchObject({
        code: "token.outlives-maker",
        message: expect.stringContaining("at most 9 days") as string,
        findings: [expect.objectContaining({ path: "expiresInDays" })],
      });
    },
  );

  test("a one-day administrator token makes none that lives longer", async () => {
    const maker = await tokens.make(system, "admin", { expiresInDays: 1 });
    const child = await tokens.make(await tokens.bearer(maker));
    const grandchild = await tokens.make(await tokens.bearer(child));
    expect(new Set([maker, child, grandchild].map(({ expiresAt }) => expiresAt)).size).toBe(1);
  });

  test("administrator tokens always expire: after 90 days, or 365 at most", async () => {
    const now = harness.deps.clock.now().getTime();
    expect(Date.parse((await tokens.make(system)).expiresAt ?? "") - now).toBeLessThan(
      90 * day + 60_000,
    );
    expect(tokenInput.safeParse({ name: "x", role: "admin", expiresInDays: 365 }).success).toBe(
      true,
    );
    expect(
      tokenInput.safeParse({ name: "x", role: "admin", expiresInDays: 366 }).error?.issues[0]?.path,
    ).toEqual(["expiresInDays"]);
    expect((await tokens.make(system, "operator")).expiresAt).toBeNull();
  });
});

describe("the last use of a token", () => {
  test("is that of its last entry, a read or an action, and unused tokens can be listed", async () => {
    const [reader, writer, unused] = [
      await tokens.make(system, "auditor"),
      await tokens.make(system),
      await tokens.make(system),
    ];
    harness.advance(40 * day);
    const fresh = await tokens.make(system, "operator");
    const child = await tokens.make(await tokens.bearer(writer), "operator");
    await listTokens(harness.deps, await tokens.bearer(reader));
    await harness.sequence();
    expect((await getToken(harness.deps, system, writer.id)).lastUsedAt).not.toBeNull();
    expect((await getToken(harness.deps, system, unused.id)).lastUsedAt).toBeNull();
    const { items } = await listTokens(harness.deps, system, { unusedForDays: 30, limit: 200 });
    const ids = items.map(({ id }) => id);
    expect(ids).toContain(unused.id);
    for (const { id } of [writer, fresh, child]) expect(ids).not.toContain(id);
  });
});
