import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Actor } from "@/lib/access/actor";
import { roles } from "@/lib/access/roles";
import { acceptInvitation } from "@/lib/accounts/accept-invitation";
import { inviteAccount } from "@/lib/accounts/invite-account";
import type { AccountRole } from "@/lib/accounts/schema";
import { updateAccount } from "@/lib/accounts/update-account";
import { insertTestAccount } from "@/testing/accounts";
import { adminActor, anonymousActor, system } from "@/testing/actors";
import { type Harness, openHarness } from "@/testing/harness";
import { makeTokenFixture, type TokenFixture } from "@/testing/tokens";
import { createToken } from "./create-token";
import { getToken } from "./read-tokens";
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

const change = (actor: Actor, over: Parameters<typeof updateAccount>[3]) =>
  updateAccount(harness.deps, system, actor.id ?? "", over);

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "done",
    (error: Error & { code?: string }) => error.code ?? error.message,
  );

/** What became of a token that was made while its maker ended: its state, or the refusal. */
const outcomeOf = async (made: PromiseSettledResult<Awaited<ReturnType<typeof createToken>>>) =>
  made.status === "rejected"
    ? (made.reason as { code: string }).code
    : (await getToken(harness.deps, system, made.value.result.id)).status;

describe("a token ends with the account of the person who made it", () => {
  test.each(roles)("when that is disabled: %s", async (role) => {
    const person = await insertTestAccount(harness.deps);
    const token = await tokens.make(person, role);
    const { entries } = await harness.during(() => change(person, { status: "disabled" }));
    expect(await tokens.reasonOf(token)).toBe("revoked token");
    expect(entries.map(({ action, target }) => [action, target?.id])).toEqual([
      ["account.updated", person.id],
      ["token.revoked", token.id],
    ]);
    await change(person, { status: "active" });
    expect(await tokens.reasonOf(token)).toBe("revoked token");
  });

  test.each<AccountRole>(["operator", "approver", "auditor"])(
    "when it becomes %s, unless the token may do no more than that",
    async (role) => {
      const person = await insertTestAccount(harness.deps);
      const made = await Promise.all(
        roles.map(async (one) => [one, await tokens.make(person, one)] as const),
      );
      await change(person, { role });
      for (const [one, token] of made)
        expect(await tokens.reasonOf(token), one).toBe(one === role ? null : "revoked token");
    },
  );

  test("with every token that was made with it", async () => {
    const person = await insertTestAccount(harness.deps);
    const child = await tokens.make(await tokens.bearer(await tokens.make(person)), "operator");
    await change(person, { status: "disabled" });
    expect(await tokens.reasonOf(child)).toBe("revoked token");
  });

  test("whether the session was started with a certificate or a password", async () => {
    const person = await insertTestAccount(harness.deps);
    const credential = { certificateId: "crt_1", serial: "01", fingerprintSha256: "ab" };
    const token = await tokens.make({ ...person, credential });
    await change(person, { status: "disabled" });
    expect(await tokens.reasonOf(token)).toBe("revoked token");
  });

  test("even if only the database has it", async () => {
    const person = await insertTestAccount(harness.deps);
    const token = await tokens.make(person, "auditor");
    await harness.asSuper("alter table account disable trigger needs_entry");
    for (const [set, reason] of [
      ["status = 'disabled'", "made by an account that is disabled"],
      ["status = 'active', role = 'operator'", "made by an account that lost the role"],
      ["role = 'auditor'", null],
    ] as const) {
      await harness.asSuper(`update account set ${set} where id = $1`, [person.id]);
      expect(await tokens.reasonOf(token)).toBe(reason);
    }
    await harness.asSuper("alter table account enable always trigger needs_entry");
  });

  test("and not with a new name, password or certificate of that account", async () => {
    const person = await insertTestAccount(harness.deps);
    const token = await tokens.make(person);
    await change(person, { name: "New name" });
    const { link } = (await inviteAccount(harness.deps, system, person.id ?? "")).result;
    await acceptInvitation(harness.deps, anonymousActor(), {
      token: link?.split("#")[1] ?? "",
      password: "quite another pass phrase",
    });
    expect(await tokens.reasonOf(token)).toBeNull();
  });

  test("also if it is made in the same moment", async () => {
    for (let n = 0; n < 10; n++) {
      const person = await insertTestAccount(harness.deps);
      const [made] = await Promise.allSettled([
        createToken(harness.deps, person, tokens.inputOf("operator")),
        change(person, { status: "disabled" }),
      ]);
      expect(["token.maker-ended", "revoked"]).toContain(await outcomeOf(made));
    }
  });
});

describe("who has ended makes no token", () => {
  test("a revoked and an expired token, a disabled account, one without the role, one that does not exist", async () => {
    const revoked = await tokens.make(system);
    const revokedActor = await tokens.bearer(revoked);
    await revokeToken(harness.deps, system, revoked.id);
    const expired = await tokens.make(system, "admin", { expiresInDays: 1 });
    const expiredActor = await tokens.bearer(expired);
    const disabled = await insertTestAccount(harness.deps);
    await change(disabled, { status: "disabled" });
    const demoted = await insertTestAccount(harness.deps);
    await change(demoted, { role: "operator" });
    harness.advance(day);
    for (const [actor, code] of [
      [revokedActor, "token.maker-ended"],
      [expiredActor, "token.maker-ended"],
      [disabled, "token.maker-ended"],
      [demoted, "token.outranks-maker"],
      [adminActor({ id: "usr_none" }), "token.maker-ended"],
      [adminActor({ kind: "token", id: "tok_none" }), "token.maker-ended"],
    ] as const)
      expect(await codeOf(tokens.make(actor))).toBe(code);
  });

  test("nor a lineage without end", async () => {
    let last = await tokens.make(system);
    for (let n = 0; n < 10; n++) last = await tokens.make(await tokens.bearer(last));
    expect(await codeOf(tokens.make(await tokens.bearer(last)))).toBe("token.lineage-too-long");
  });
});
