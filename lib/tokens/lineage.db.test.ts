import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { roles } from "@/lib/access/roles";
import { insertTestAccount } from "@/testing/accounts";
import { system } from "@/testing/actors";
import { type Harness, openHarness } from "@/testing/harness";
import { makeTokenFixture, type TokenFixture } from "@/testing/tokens";
import { createToken } from "./create-token";
import { getToken, listTokens } from "./read-tokens";
import { revokeToken } from "./revoke-token";
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

/** What became of a token that was made while its maker ended: its state, or the refusal. */
const outcomeOf = async (made: PromiseSettledResult<Awaited<ReturnType<typeof createToken>>>) =>
  made.status === "rejected"
    ? (made.reason as { code: string }).code
    : (await getToken(harness.deps, system, made.value.result.id)).status;

describe("a token made with a token ends with it", () => {
  test.each(roles)("when its maker is revoked: %s", async (role) => {
    const maker = await tokens.make(system);
    const child = await tokens.make(await tokens.bearer(maker), role);
    expect(await tokens.reasonOf(child)).toBeNull();
    await revokeToken(harness.deps, system, maker.id);
    expect(await tokens.reasonOf(child)).toBe("revoked token");
    expect((await getToken(harness.deps, system, child.id)).status).toBe("revoked");
  });

  test.each(roles)("when its maker expires: %s", async (role) => {
    const maker = await tokens.make(system, "admin", { expiresInDays: 1 });
    const child = await tokens.make(await tokens.bearer(maker), role);
    expect(child.expiresAt).toBe(maker.expiresAt);
    harness.advance(day);
    expect(await tokens.reasonOf(child)).toBe("expired token");
  });

  test("however many generations are between them", async () => {
    const made = [await tokens.make(system)];
    for (let n = 1; n < 6; n++) made.push(await tokens.make(await tokens.bearer(made.at(-1)!)));
    const { entries } = await harness.during(() => revokeToken(harness.deps, system, made[2]!.id));
    expect(await Promise.all(made.map((token) => tokens.reasonOf(token)))).toEqual([
      null,
      null,
      ...Array.from({ length: 4 }, () => "revoked token"),
    ]);
    expect(
      entries.map(({ action, target, reason, details }) => [
        action,
        target?.id,
        reason,
        details["endedWith"],
      ]),
    ).toEqual([
      ["token.revoked", made[2]!.id, null, undefined],
      ...made
        .slice(3)
        .map(({ id }) => [
          "token.revoked",
          id,
          "the token it was made with was revoked",
          { kind: "token", id: made[2]!.id, label: "test admin" },
        ]),
    ]);
  });

  test("even if only the database has it: each request reads the whole lineage", async () => {
    const maker = await tokens.make(system);
    const middle = await tokens.make(await tokens.bearer(maker));
    const child = await tokens.make(await tokens.bearer(middle));
    await harness.asSuper(
      "alter table api_token disable trigger needs_entry, disable trigger is_fixed, disable trigger never_changes",
    );
    await harness.asSuper("update api_token set revoked_at = now() where id = $1", [maker.id]);
    expect(await tokens.reasonOf(child)).toBe("made with a token that is revoked");
    await harness.asSuper("update api_token set revoked_at = null, expires_at = $2 where id = $1", [
      maker.id,
      new Date(harness.deps.clock.now().getTime() - 1),
    ]);
    expect(await tokens.reasonOf(child)).toBe("made with a token that has expired");
    for (const trigger of ["needs_entry", "is_fixed", "never_changes"])
      await harness.asSuper(`alter table api_token enable always trigger ${trigger}`);
  });

  test("also if it is made in the same moment in which its maker is revoked", async () => {
    for (let n = 0; n < 10; n++) {
      const maker = await tokens.make(system);
      const actor = await tokens.bearer(maker);
      const [made] = await Promise.allSettled([
        createToken(harness.deps, actor, tokens.inputOf("operator")),
        revokeToken(harness.deps, system, maker.id),
      ]);
      expect(["token.maker-ended", "revoked"]).toContain(await outcomeOf(made));
    }
  });

  test("and its siblings, its maker and tokens of others go on", async () => {
    const maker = await tokens.make(system);
    const actor = await tokens.bearer(maker);
    const [one, sibling, other] = [
      await tokens.make(actor),
      await tokens.make(actor),
      await tokens.make(system),
    ];
    expect((await revokeToken(harness.deps, system, one.id)).result.alsoRevoked).toBe(0);
    expect(
      await Promise.all([maker, one, sibling, other].map((token) => tokens.reasonOf(token))),
    ).toEqual([null, "revoked token", null, null]);
  });
});

describe("what ends with a token or an account can be listed first", () => {
  test("exactly the active tokens that then end", async () => {
    const person = await insertTestAccount(harness.deps);
    const maker = await tokens.make(person);
    const actor = await tokens.bearer(maker);
    const [one, revoked] = [
      await tokens.make(actor, "operator"),
      await tokens.make(actor, "auditor"),
    ];
    const grandchild = await tokens.make(await tokens.bearer(await tokens.make(actor)), "approver");
    await revokeToken(harness.deps, system, revoked.id);
    const listed = await listTokens(harness.deps, system, { madeWith: maker.id, status: "active" });
    const ofAccount = await listTokens(harness.deps, system, {
      account: person.id ?? "",
      status: "active",
    });
    expect(ofAccount.items.map(({ id }) => id).toSorted()).toEqual(
      [maker.id, ...listed.items.map(({ id }) => id)].toSorted(),
    );
    expect(listed.items.map(({ id }) => id)).toEqual(
      expect.arrayContaining([one.id, grandchild.id]),
    );
    expect((await revokeToken(harness.deps, system, maker.id)).result.alsoRevoked).toBe(
      listed.items.length,
    );
  });

  test("a token names its maker, in the answer, the list and the entry", async () => {
    const person = await insertTestAccount(harness.deps);
    const maker = await tokens.make(person);
    const { result, entries } = await harness.during(async () =>
      createToken(harness.deps, await tokens.bearer(maker), tokens.inputOf("operator")),
    );
    const parent = { id: maker.id, name: "test admin" };
    const account = { id: person.id, email: person.label };
    expect(result.result).toMatchObject({ parent, account });
    expect(await getToken(harness.deps, system, result.result.id)).toMatchObject({
      parent,
      account,
    });
    expect(entries[0]?.details).toMatchObject({
      parent: { kind: "token", id: maker.id, label: "test admin" },
      account: { id: person.id, label: person.label },
    });
    expect(await getToken(harness.deps, system, (await tokens.make(system)).id)).toMatchObject({
      parent: null,
      account: null,
    });
  });
});
