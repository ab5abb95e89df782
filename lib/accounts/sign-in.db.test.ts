import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Actor } from "@/lib/access/actor";
import { anonymousActor, system } from "@/testing/actors";
import { openHarness, type Harness } from "@/testing/harness";
import { changePassword } from "./change-password";
import { createFirstAccount } from "./create-first-account";
import { endSession } from "./end-session";
import { keepSessionActive } from "./keep-session-active";
import { getAccount, listAccounts } from "./read-accounts";
import { explainLostSession, findSession } from "./read-sessions";
import { signIn } from "./sign-in";
import { updateAccount } from "./update-account";

let harness: Harness;
beforeAll(async () => {
  harness = await openHarness();
});
afterAll(async () => {
  await harness.close();
});

const password = "correct horse battery staple";
let made = 0;
let address = 0;
const makeAccount = (role: "admin" | "operator" = "operator") =>
  createFirstAccount(harness.deps, system, {
    email: `${role}-${++made}@example.com`,
    name: "Robin Example",
    role,
    password,
  });
/** Each in a network of its own. */
const elsewhere = () => anonymousActor(`10.${++address >> 8}.${address & 255}.7`);
const attempt = (email: string, typed: string, actor: Actor = elsewhere()) =>
  signIn(harness.deps, actor, { email, password: typed });
const said = (promise: Promise<unknown>) =>
  promise.then(
    () => "signed in",
    (error: { code?: string; kind?: string; message?: string }) =>
      `${error.kind} ${error.code} ${error.message}`,
  );
const asUser = (account: { id: string; email: string; role: string }): Actor => ({
  ...elsewhere(),
  kind: "user",
  id: account.id,
  label: account.email,
  role: account.role as "admin",
});

describe("a stranger", () => {
  test("a failed sign-in gets one message for an unknown account, a wrong password and a disabled account", async () => {
    const known = await makeAccount();
    const disabled = await makeAccount();
    await updateAccount(harness.deps, system, disabled.result.id, { status: "disabled" });
    const answers = await Promise.all([
      said(attempt("nobody@example.com", password)),
      said(attempt(known.result.email, "a wrong password")),
      said(attempt(disabled.result.email, password)),
    ]);
    expect(new Set(answers)).toEqual(
      new Set(["unauthenticated session.refused The email or password is incorrect."]),
    );
  });

  test("a failed sign-in records the reason, the address and the email that was typed, and never the password", async () => {
    const { email } = (await makeAccount()).result;
    const { entries } = await harness.during(() =>
      said(attempt(email, "hunter2-hunter2", anonymousActor("203.0.113.9"))),
    );
    expect(entries).toEqual([
      expect.objectContaining({
        action: "session.refused",
        outcome: "denied",
        reason: "wrong password",
        details: { email },
        actor: expect.objectContaining({ kind: "anonymous", id: null }) as unknown,
        origin: expect.objectContaining({ ip: "203.0.113.9", port: 50123 }) as unknown,
      }),
    ]);
    expect(JSON.stringify(entries)).not.toContain("hunter2");
  });

  test.each([
    ["an email of 300 characters", `${"x".repeat(300)}@example.com`, password],
    ["an email with NUL", "admin\u0000@example.com", password],
    ["no email", "", password],
    ["no password", "admin@example.com", ""],
    ["a password of 5,000 characters", "admin@example.com", "x".repeat(5_000)],
  ])("a sign-in with %s is recorded like every other failed one", async (_, email, typed) => {
    const { result, entries } = await harness.during(() => said(attempt(email, typed)));
    expect(result).toBe("unauthenticated session.refused The email or password is incorrect.");
    expect(entries).toEqual([
      expect.objectContaining({
        action: "session.refused",
        outcome: "denied",
        reason: "invalid input",
      }),
    ]);
    expect(JSON.stringify(entries).length).toBeLessThan(2_000);
  });

  test("what can't be an email counts towards the limits of its network, too", async () => {
    const here = anonymousActor("203.0.113.88");
    const long = `${"x".repeat(300)}@example.com`;
    for (let i = 0; i < 5; i++)
      expect(await said(attempt(long, password, here))).toContain("session.refused");
    expect(await said(attempt(long, password, here))).toContain("session.limited");
  });
});

test("letter case and surrounding spaces don't matter in an email address, and do in a password", async () => {
  const { email } = (await makeAccount()).result;
  expect(await said(attempt(` ${email.toUpperCase()} `, password))).toBe("signed in");
  expect(await said(attempt(email, password.toUpperCase()))).toContain("session.refused");
  expect(await said(attempt(email, ` ${password}`))).toContain("session.refused");
});

describe("a session", () => {
  test("a session is recorded, and is valid until it is ended, expires, or its account is disabled or gets another role", async () => {
    const account = await makeAccount();
    const { result: started, entries } = await harness.during(() =>
      attempt(account.result.email, password),
    );
    expect(entries).toEqual([
      expect.objectContaining({
        action: "session.started",
        actor: expect.objectContaining({ kind: "user", id: account.result.id }) as unknown,
        target: expect.objectContaining({ id: started.result.sessionId }) as unknown,
      }),
    ]);
    expect((await findSession(harness.deps, started.result.sessionId, null))?.account.email).toBe(
      account.result.email,
    );
    await endSession(harness.deps, asUser(account.result), started.result.sessionId);
    expect(await findSession(harness.deps, started.result.sessionId, null)).toBeNull();
    for (const change of [{ status: "disabled" }, { role: "auditor", status: "active" }] as const) {
      await updateAccount(harness.deps, system, account.result.id, { status: "active" });
      const { sessionId } = (await attempt(account.result.email, password)).result;
      await updateAccount(harness.deps, system, account.result.id, change);
      expect(await findSession(harness.deps, sessionId, null), JSON.stringify(change)).toBeNull();
    }
  });

  test("expires after twelve hours whatever happens in it", async () => {
    const { sessionId } = (await attempt((await makeAccount()).result.email, password)).result;
    for (let minutes = 0; minutes < 12 * 60 - 20; minutes += 20) {
      harness.advance(20 * 60_000);
      await keepSessionActive(harness.deps, sessionId);
    }
    harness.advance((20 * 60 - 5) * 1000);
    expect(await findSession(harness.deps, sessionId, null)).not.toBeNull();
    harness.advance(10_000);
    expect(await findSession(harness.deps, sessionId, null)).toBeNull();
  });

  test("ends after thirty minutes without activity, no earlier, and gives that as the reason", async () => {
    const account = await makeAccount();
    const { sessionId } = (await attempt(account.result.email, password)).result;
    harness.advance(25 * 60_000);
    await keepSessionActive(harness.deps, sessionId);
    harness.advance(29 * 60_000);
    expect(await findSession(harness.deps, sessionId, null)).not.toBeNull();
    harness.advance(2 * 60_000);
    expect(await findSession(harness.deps, sessionId, null)).toBeNull();
    expect(await explainLostSession(harness.deps, sessionId, null)).toBe("idle");
    expect((await getAccount(harness.deps, system, account.result.id)).openSessions).toBe(0);
    const { items } = await listAccounts(harness.deps, system, { q: account.result.email });
    expect(items[0]?.openSessions).toBe(0);
    await keepSessionActive(harness.deps, "ses_none");
    harness.advance(12 * 3_600_000);
    expect(await explainLostSession(harness.deps, sessionId, null)).toBe("ended");
  });

  test("is written at most once a minute, however many requests come", async () => {
    const { sessionId } = (await attempt((await makeAccount()).result.email, password)).result;
    const versionOf = async () =>
      (
        await harness.asSuper("select xmin::text as x from session where id = $1", [sessionId])
      )[0]?.["x"];
    const began = await versionOf();
    for (let i = 0; i < 50; i++) {
      harness.advance(1_000);
      await keepSessionActive(harness.deps, sessionId);
    }
    expect(await versionOf()).toBe(began);
    harness.advance(11_000);
    await keepSessionActive(harness.deps, sessionId);
    expect(await versionOf()).not.toBe(began);
  });

  test.each([1, 2, 720])(
    "is kept by activity also if %i minutes without it end a session",
    async (minutes) => {
      const deps = { ...harness.deps, sessionIdleMs: minutes * 60_000 };
      const { email } = (await makeAccount()).result;
      const { sessionId } = (await signIn(deps, elsewhere(), { email, password })).result;
      harness.advance(deps.sessionIdleMs / 2);
      await keepSessionActive(deps, sessionId);
      const kept = deps.sessionIdleMs * 0.75;
      harness.advance(kept);
      // Twelve hours end every session.
      expect((await findSession(deps, sessionId, null)) === null).toBe(minutes === 720);
    },
  );

  test("that was ended is not brought back by activity", async () => {
    const account = await makeAccount();
    const { sessionId } = (await attempt(account.result.email, password)).result;
    await endSession(harness.deps, asUser(account.result), sessionId);
    harness.advance(120_000);
    await keepSessionActive(harness.deps, sessionId);
    expect(await findSession(harness.deps, sessionId, null)).toBeNull();
  });

  test("cannot be ended by another person without the permission, and looks to them as one that does not exist", async () => {
    const mine = await makeAccount();
    const other = await makeAccount();
    const { sessionId } = (await attempt(mine.result.email, password)).result;
    const answers = [
      await said(endSession(harness.deps, asUser(other.result), sessionId)),
      await said(endSession(harness.deps, asUser(other.result), "ses_none")),
    ];
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain("forbidden");
    expect(await findSession(harness.deps, sessionId, null)).not.toBeNull();
  });
});

describe("changing one's password", () => {
  test("needs the present one, counts wrong guesses towards the lock, and ends the other sessions", async () => {
    const account = await makeAccount();
    const actor = asUser(account.result);
    const [kept, other] = [
      await attempt(account.result.email, password),
      await attempt(account.result.email, password),
    ];
    for (let i = 0; i < 4; i++)
      expect(
        await said(
          changePassword(harness.deps, actor, {
            current: "wrong",
            password: "another long password",
          }),
        ),
      ).toContain("account.wrong-password");
    await changePassword(
      harness.deps,
      actor,
      { current: password, password: "another long password" },
      kept.result.sessionId,
    );
    expect(await findSession(harness.deps, kept.result.sessionId, null)).not.toBeNull();
    expect(await findSession(harness.deps, other.result.sessionId, null)).toBeNull();
    expect(await said(attempt(account.result.email, password))).toContain("session.refused");
    expect(await said(attempt(account.result.email, "another long password"))).toBe("signed in");
  });

  test("is for people: a token or a job has no password", async () => {
    expect(
      await said(
        changePassword(harness.deps, system, {
          current: password,
          password: "another long password",
        }),
      ),
    ).toContain("forbidden");
  });
});
