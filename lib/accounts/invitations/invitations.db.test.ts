import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Actor } from "@/lib/access/actor";
import { roles } from "@/lib/access/roles";
import type { Deps } from "@/lib/runtime/deps";
import { adminActor, anonymousActor, operatorActor, system } from "@/testing/actors";
import { openHarness, type Harness } from "@/testing/harness";
import { acceptInvitation } from "@/lib/accounts/accept-invitation";
import { cancelInvitation } from "@/lib/accounts/cancel-invitation";
import { createAccount } from "@/lib/accounts/create-account";
import { createFirstAccount } from "@/lib/accounts/create-first-account";
import { inviteAccount } from "@/lib/accounts/invite-account";
import { getAccount, listAccounts } from "@/lib/accounts/read-accounts";
import { readInvitation } from "@/lib/accounts/read-invitation";
import { findSession } from "@/lib/accounts/read-sessions";
import { recoverAccount } from "@/lib/accounts/recover-account";
import type { InvitedAccount } from "@/lib/accounts/schema";
import { signIn } from "@/lib/accounts/sign-in";
import { updateAccount } from "@/lib/accounts/update-account";

let harness: Harness;
beforeAll(async () => {
  harness = await openHarness();
});
afterAll(async () => {
  await harness.close();
});

const password = "correct horse battery staple";
const admin = adminActor({ id: "usr_admin", label: "admin@example.com" });
let made = 0;
const elsewhere = (): Actor => anonymousActor(`10.${++made >> 8}.${made & 255}.7`);
const invite = async (): Promise<InvitedAccount> => {
  const input = {
    email: `invited-${++made}@example.com`,
    name: "Robin",
    role: "operator",
  } as const;
  return (await createAccount(harness.deps, admin, input)).result;
};
const tokenOf = ({ link }: Readonly<{ link: string | null }>): string =>
  link?.replace("/invitation#", "") ?? "";
const accept = (token: string, actor: Actor = elsewhere(), deps: Deps = harness.deps) =>
  acceptInvitation(deps, actor, { token, password });
const enter = (email: string, typed = password, actor: Actor = elsewhere()) =>
  signIn(harness.deps, actor, { email, password: typed });
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "done",
    (error: { code?: string; message?: string }) => error.code ?? error.message,
  );
const messageOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "done",
    (error: Error) => error.message,
  );

describe("a new account", () => {
  test("begins without a password: no one can sign in until the invited person has set one", async () => {
    const account = await invite();
    expect(account).toMatchObject({ hasPassword: false, openSessions: 0 });
    for (const typed of ["", " ", password, "null"])
      expect(await codeOf(enter(account.email, typed)), typed).toBe("session.refused");
    await accept(tokenOf(account));
    expect(await codeOf(enter(account.email))).toBe("done");
    expect(await getAccount(harness.deps, system, account.id)).toMatchObject({
      hasPassword: true,
      invitation: null,
    });
  });

  test("has a link that is in one answer only: not in the database, an entry, a list or a log", async () => {
    const { result: account, entries } = await harness.during(invite);
    const token = tokenOf(account);
    expect(token).toMatch(/^chy_inv_[\w-]{43}$/);
    expect(entries.map(({ action }) => action)).toEqual(["account.created", "invitation.created"]);
    const stored = await harness.asSuper("select row_to_json(i)::text as row from invitation i");
    const list = await listAccounts(harness.deps, system, {});
    const all = JSON.stringify([
      entries,
      stored,
      list,
      await getAccount(harness.deps, system, account.id),
      await harness.entries(),
    ]);
    expect(all).not.toContain(token.slice(8));
    expect(list.items.find(({ id }) => id === account.id)?.invitation?.expiresAt).toBe(
      account.invitation?.expiresAt,
    );
  });

  test("a forced failure of the entry leaves no account and no link", async () => {
    const before = await harness.asSuper("select count(*)::int as n from invitation");
    expect(await harness.withoutRecord(() => codeOf(invite()))).toBe("record.unavailable");
    expect(await harness.asSuper("select count(*)::int as n from invitation")).toEqual(before);
  });
});

describe("a link", () => {
  test("works once, also when it is used by two at the same moment", async () => {
    const token = tokenOf(await invite());
    const codes = await Promise.all([accept(token), accept(token), accept(token)].map(codeOf));
    expect(codes.toSorted((a, b) => a!.localeCompare(b!))).toEqual([
      "done",
      "invitation.invalid",
      "invitation.invalid",
    ]);
    expect(await messageOf(accept(token))).toContain("already used");
    expect(await codeOf(readInvitation(harness.deps, elsewhere(), token))).toBe(
      "invitation.invalid",
    );
  });

  test("expires after seven days for a new user, and after a day for a new password", async () => {
    const account = await invite();
    harness.advance(7 * 86_400_000 - 1_000);
    expect(await codeOf(readInvitation(harness.deps, elsewhere(), tokenOf(account)))).toBe("done");
    harness.advance(1_000);
    expect(await messageOf(accept(tokenOf(account)))).toContain("expired");
    await accept(tokenOf((await inviteAccount(harness.deps, admin, account.id)).result));
    const again = (await inviteAccount(harness.deps, admin, account.id)).result;
    harness.advance(86_400_000);
    expect(await messageOf(accept(tokenOf(again)))).toContain("expired");
    expect(await codeOf(enter(account.email))).toBe("done");
  });

  test("is replaced by a newer one and can be canceled, and each is an entry that names it", async () => {
    const account = await invite();
    const { result: newer, entries } = await harness.during(
      async () => (await inviteAccount(harness.deps, admin, account.id)).result,
    );
    expect(entries.map(({ action }) => action)).toEqual([
      "invitation.created",
      "invitation.canceled",
    ]);
    expect(await messageOf(accept(tokenOf(account)))).toContain("replaced");
    await cancelInvitation(harness.deps, admin, account.id);
    expect(await messageOf(accept(tokenOf(newer)))).toContain("canceled");
    expect(await codeOf(cancelInvitation(harness.deps, admin, account.id))).toBe(
      "invitation.not-found",
    );
    expect(await codeOf(enter(account.email))).toBe("session.refused");
  });

  test("of a disabled user is canceled with it, and stays so when the user is enabled again", async () => {
    const account = await invite();
    await updateAccount(harness.deps, system, account.id, { status: "disabled" });
    expect(await codeOf(inviteAccount(harness.deps, admin, account.id))).toBe("account.disabled");
    expect(await codeOf(accept(tokenOf(account)))).toBe("invitation.invalid");
    await updateAccount(harness.deps, system, account.id, { status: "active" });
    expect(await codeOf(accept(tokenOf(account)))).toBe("invitation.invalid");
  });

  test.each([
    "",
    "chy_inv_",
    `chy_inv_${"A".repeat(43)}`,
    "' or 1=1 --",
    "\u0000",
    "x".repeat(128),
  ])(
    "that was never made opens nothing, hashes nothing and tells nothing of any account: %j",
    async (token) => {
      await invite();
      let turns = 0;
      const hashQueue: Deps["hashQueue"] = {
        run: (place, work) => {
          turns++;
          return harness.deps.hashQueue.run(place, work);
        },
      };
      const deps = { ...harness.deps, hashQueue };
      expect(await messageOf(accept(token, elsewhere(), deps))).toBe(
        "This link isn't valid. Copy it again in full, or ask for a new one.",
      );
      expect(await codeOf(readInvitation(deps, elsewhere(), token))).toBe("invitation.invalid");
      expect(turns).toBe(0);
    },
  );

  test("shows whose it is and is recorded as a read; its use names the user and the address", async () => {
    const account = await invite();
    const from = elsewhere();
    const { result, entries } = await harness.during(async () => {
      const page = await readInvitation(harness.deps, from, tokenOf(account));
      await accept(tokenOf(account), from);
      return page;
    });
    expect(result).toEqual({
      email: account.email,
      name: "Robin",
      hasPassword: false,
      hasCertificate: false,
      expiresAt: account.invitation?.expiresAt,
    });
    expect(entries.map(({ action }) => action)).toEqual([
      "account.read",
      "invitation.accepted",
      "account.updated",
    ]);
    expect(entries[1]).toMatchObject({
      actor: { kind: "user", id: account.id },
      origin: { ip: from.address.ip },
    });
  });

  test("replaces a forgotten password: the old one works until then, and no session survives", async () => {
    const account = await invite();
    await accept(tokenOf(account));
    const { sessionId } = (await enter(account.email)).result;
    const again = (await inviteAccount(harness.deps, admin, account.id)).result;
    expect(again.hasPassword).toBe(true);
    expect(await codeOf(enter(account.email))).toBe("done");
    const replacement = { token: tokenOf(again), password: "another long password" };
    await acceptInvitation(harness.deps, elsewhere(), replacement);
    expect(await findSession(harness.deps, sessionId, null)).toBeNull();
    expect(await codeOf(enter(account.email))).toBe("session.refused");
    expect(await codeOf(enter(account.email, "another long password"))).toBe("done");
  });

  test("gets its user past guesses from elsewhere: its network counts as known from then on", async () => {
    const account = await invite();
    for (let i = 0; i < 25; i++) await codeOf(enter(account.email, "a wrong password"));
    const home = elsewhere();
    for (let i = 0; i < 6; i++) await codeOf(enter(account.email, "a wrong password", home));
    expect(await codeOf(enter(account.email, password, home))).toBe("session.limited");
    await accept(tokenOf(account), home);
    expect(await codeOf(enter(account.email, password, home))).toBe("done");
  });
});

describe("who makes links", () => {
  test.each(roles.filter((role) => role !== "admin"))(
    "role %s makes and cancels none",
    async (role) => {
      const { id } = await invite();
      const actor = operatorActor({ role });
      expect(await codeOf(inviteAccount(harness.deps, actor, id))).toBe("forbidden");
      expect(await codeOf(inviteAccount(harness.deps, actor, "usr_none"))).toBe("forbidden");
      expect(await codeOf(cancelInvitation(harness.deps, actor, id))).toBe("forbidden");
    },
  );

  test("administrators make none for themselves: they change their password with the one they have", async () => {
    const { id } = await invite();
    expect(await codeOf(inviteAccount(harness.deps, adminActor({ id }), id))).toBe("account.self");
    expect(await codeOf(inviteAccount(harness.deps, admin, "usr_none"))).toBe("account.not-found");
  });

  test("only setup makes an account with a password", async () => {
    const input = { email: "typed@example.com", name: "A", role: "admin", password } as const;
    expect(await codeOf(createFirstAccount(harness.deps, admin, input))).toBe("forbidden");
    expect(await codeOf(createFirstAccount(harness.deps, operatorActor(), input))).toBe(
      "forbidden",
    );
  });
});

describe("recovery on the host", () => {
  const recover = (email: string, enable = false, actor: Actor = system) =>
    recoverAccount(harness.deps, actor, { email, enable });

  test("makes a link for an hour, also while every sign-in to the account is locked", async () => {
    const account = await invite();
    for (let i = 0; i < 25; i++) await codeOf(enter(account.email, "a wrong password"));
    const { result, entries } = await harness.during(
      async () => (await recover(` ${account.email.toUpperCase()} `)).result,
    );
    expect(entries[0]).toMatchObject({
      action: "invitation.created",
      actor: { kind: "system" },
      details: { email: account.email, purpose: "recovery" },
    });
    const home = elsewhere();
    await accept(tokenOf(result), home);
    expect(await codeOf(enter(account.email, password, home))).toBe("done");
    const late = (await recover(account.email)).result;
    harness.advance(3_600_000);
    expect(await messageOf(accept(tokenOf(late)))).toContain("expired");
  });

  test("enables a disabled account only if that is asked for, and records it", async () => {
    const account = await invite();
    await updateAccount(harness.deps, system, account.id, { status: "disabled" });
    expect(await codeOf(recover(account.email))).toBe("account.disabled");
    const { result, entries } = await harness.during(
      async () => (await recover(account.email, true)).result,
    );
    expect(entries.map(({ action }) => action)).toEqual(["invitation.created", "account.updated"]);
    expect(result.status).toBe("active");
    await accept(tokenOf(result));
    expect(await codeOf(enter(account.email))).toBe("done");
  });

  test("is for the command line alone: no administrator's session or token does it", async () => {
    const account = await invite();
    expect(await codeOf(recover(account.email, false, admin))).toBe("forbidden");
    const token = adminActor({ kind: "token", id: "tok_1" });
    expect(await codeOf(recover(account.email, false, token))).toBe("forbidden");
    expect(await codeOf(recover("nobody@example.com"))).toBe("account.not-found");
  });
});

describe("the database", () => {
  test.each([
    "token_sha256 = decode(repeat('00', 32), 'hex')",
    "account_id = 'usr_other'",
    "expires_at = now() + interval '10 years'",
    "used_at = null",
    "canceled_at = null",
  ])("keeps a link as it is, whatever role asks: %s", async (change) => {
    const account = await invite();
    await (change.startsWith("canceled")
      ? cancelInvitation(harness.deps, admin, account.id)
      : accept(tokenOf(account)));
    for (const role of ["app", "super"] as const)
      await expect(
        harness.as(role, `update invitation set ${change} where account_id = '${account.id}'`),
      ).rejects.toThrow(/never rewritten|permission denied|violates|without an entry/);
  });
});
