import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openHarness, stranger, system, type Harness } from "@/server/api/testing/harness";
import { changePassword } from "./change-password";
import { createAccount } from "./create-account";
import { endSession } from "./end-session";
import { findSession } from "./find-session";
import { networkOf } from "./sign-in-limits";
import { signIn } from "./sign-in";
import { updateAccount } from "./update-account";
import type { Actor } from "@/lib/auth/actor";

let harness: Harness;
beforeAll(async () => {
  harness = await openHarness();
});
afterAll(async () => {
  await harness.close();
});

const password = "correct horse battery staple";
let made = 0,
  address = 0;
const makeAccount = (role: "admin" | "operator" = "operator") =>
  createAccount(harness.deps, system, {
    email: `${role}-${++made}@example.com`,
    name: "Somebody",
    role,
    password,
  });
const elsewhere = () => stranger(`198.51.100.${++address}`);
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
  test("hears the same of an unknown account, a wrong password, a disabled account and a locked one", async () => {
    const known = await makeAccount(),
      disabled = await makeAccount(),
      locked = await makeAccount();
    await updateAccount(harness.deps, system, disabled.id, { status: "disabled" });
    for (let i = 0; i < 5; i++) await said(attempt(locked.email, "a wrong password"));
    const answers = await Promise.all([
      said(attempt("nobody@example.com", password)),
      said(attempt(known.email, "a wrong password")),
      said(attempt(disabled.email, password)),
      said(attempt(locked.email, password)),
    ]);
    expect(new Set(answers)).toEqual(
      new Set(["unauthenticated session.refused The e-mail address or the password is not right."]),
    );
  });

  test("leaves an entry with the reason, the address and what was typed as e-mail, and never the password", async () => {
    const { email } = await makeAccount();
    const { entries } = await harness.during(() =>
      said(attempt(email, "hunter2-hunter2", stranger("203.0.113.9"))),
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

  test("gets no more than five guesses, also when twenty come at once", async () => {
    const { email } = await makeAccount();
    const { entries } = await harness.during(() =>
      Promise.all(Array.from({ length: 20 }, () => said(attempt(email, "a wrong password")))),
    );
    const reasons = entries
      .filter((entry) => entry.action === "session.refused")
      .map((entry) => entry.reason);
    expect(reasons.filter((reason) => reason === "wrong password")).toHaveLength(5);
    expect(reasons.filter((reason) => reason === "locked")).toHaveLength(15);
    expect(entries.filter((entry) => entry.action === "account.locked")).toEqual([
      expect.objectContaining({ details: expect.objectContaining({ failures: 5 }) as unknown }),
    ]);
  });

  test("locks an account that does not exist just as one that does", async () => {
    const { entries } = await harness.during(async () => {
      for (let i = 0; i < 6; i++) await said(attempt("ghost@example.com", "a wrong password"));
    });
    expect(entries.map((entry) => entry.action)).toEqual([
      ...Array<string>(4).fill("session.refused"),
      "session.refused",
      "account.locked",
      "session.refused",
    ]);
    expect(entries.at(-1)?.reason).toBe("locked");
  });

  test("locks their address after twenty failures over many accounts, and nobody else's", async () => {
    const { email } = await makeAccount(),
      here = stranger("203.0.113.77");
    for (let i = 0; i < 20; i++)
      await said(attempt(`guess-${i}@example.com`, "a wrong password", here));
    expect(await said(attempt(email, password, here))).toContain("session.refused");
    expect(await said(attempt(email, password))).toBe("signed in");
  });
});

test("a lock ends after fifteen minutes, is not lengthened by further tries, and a success starts the count anew", async () => {
  const { email } = await makeAccount();
  for (let i = 0; i < 5; i++) await said(attempt(email, "a wrong password"));
  harness.pass(600);
  expect(await said(attempt(email, password))).toContain("session.refused");
  harness.pass(301);
  expect(await said(attempt(email, password))).toBe("signed in");
  for (let i = 0; i < 4; i++) await said(attempt(email, "a wrong password"));
  expect(await said(attempt(email, password))).toBe("signed in");
});

test("failures that lie more than fifteen minutes apart do not add up", async () => {
  const { email } = await makeAccount();
  for (let i = 0; i < 6; i++) {
    await said(attempt(email, "a wrong password"));
    harness.pass(901);
  }
  expect(await said(attempt(email, password))).toBe("signed in");
});

test("an e-mail address is the same in capitals and between blanks; a password is not", async () => {
  const { email } = await makeAccount();
  expect(await said(attempt(` ${email.toUpperCase()} `, password))).toBe("signed in");
  expect(await said(attempt(email, password.toUpperCase()))).toContain("session.refused");
  expect(await said(attempt(email, ` ${password}`))).toContain("session.refused");
});

describe("a session", () => {
  test("is on the record, and counts until it is ended, expires, or its account is disabled, gets another role or password", async () => {
    const account = await makeAccount();
    const { result: started, entries } = await harness.during(() =>
      attempt(account.email, password),
    );
    expect(entries).toEqual([
      expect.objectContaining({
        action: "session.started",
        actor: expect.objectContaining({ kind: "user", id: account.id }) as unknown,
        target: expect.objectContaining({ id: started.sessionId }) as unknown,
      }),
    ]);
    expect((await findSession(harness.deps, started.sessionId, null))?.account.email).toBe(
      account.email,
    );
    await endSession(harness.deps, asUser(account), started.sessionId);
    expect(await findSession(harness.deps, started.sessionId, null)).toBeNull();
    for (const change of [
      { status: "disabled" },
      { role: "auditor", status: "active" },
      { password: "another long passphrase" },
    ] as const) {
      await updateAccount(harness.deps, system, account.id, { status: "active", password });
      const { sessionId } = await attempt(account.email, password);
      await updateAccount(harness.deps, system, account.id, change);
      expect(await findSession(harness.deps, sessionId, null), JSON.stringify(change)).toBeNull();
    }
  });

  test("expires after twelve hours whatever happens in it", async () => {
    const { sessionId } = await attempt((await makeAccount()).email, password);
    harness.pass(12 * 3600 - 5);
    expect(await findSession(harness.deps, sessionId, null)).not.toBeNull();
    harness.pass(10);
    expect(await findSession(harness.deps, sessionId, null)).toBeNull();
  });

  test("cannot be ended by another person without the permission, and looks to them as one that does not exist", async () => {
    const mine = await makeAccount(),
      other = await makeAccount();
    const { sessionId } = await attempt(mine.email, password);
    const answers = [
      await said(endSession(harness.deps, asUser(other), sessionId)),
      await said(endSession(harness.deps, asUser(other), "ses_none")),
    ];
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain("forbidden");
    expect(await findSession(harness.deps, sessionId, null)).not.toBeNull();
  });
});

describe("changing one's password", () => {
  test("needs the present one, counts wrong guesses towards the lock, and ends the other sessions", async () => {
    const account = await makeAccount(),
      actor = asUser(account);
    const [kept, other] = [
      await attempt(account.email, password),
      await attempt(account.email, password),
    ];
    for (let i = 0; i < 4; i++)
      expect(
        await said(
          changePassword(harness.deps, actor, {
            current: "wrong",
            password: "another long passphrase",
          }),
        ),
      ).toContain("account.wrong-password");
    await changePassword(
      harness.deps,
      actor,
      { current: password, password: "another long passphrase" },
      kept.sessionId,
    );
    expect(await findSession(harness.deps, kept.sessionId, null)).not.toBeNull();
    expect(await findSession(harness.deps, other.sessionId, null)).toBeNull();
    expect(await said(attempt(account.email, password))).toContain("session.refused");
    expect(await said(attempt(account.email, "another long passphrase"))).toBe("signed in");
  });

  test("is for people: a token or a job has no password", async () => {
    expect(
      await said(
        changePassword(harness.deps, system, {
          current: password,
          password: "another long passphrase",
        }),
      ),
    ).toContain("forbidden");
  });
});

test("addresses of one IPv6 network count as one", () => {
  expect(networkOf("2001:db8:1:2:3:4:5:6")).toBe(networkOf("2001:db8:1:2::1"));
  expect(networkOf("2001:db8:1:3::1")).not.toBe(networkOf("2001:db8:1:2::1"));
  expect(networkOf("::1")).toBe("0:0:0:0::/64");
  expect(networkOf("192.0.2.7")).toBe("192.0.2.7");
  expect(networkOf(null)).toBe("unknown");
});
