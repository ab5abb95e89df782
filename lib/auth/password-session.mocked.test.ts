import NextAuth from "next-auth";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { endSessions } from "@/lib/accounts/end-session";
import { updateAccount } from "@/lib/accounts/update-account";
import { createAuthBrowser, type TestRole } from "@/testing/accounts/auth-browser";
import { password } from "@/testing/accounts/person";
import { system } from "@/testing/actors";
import { type Harness, openHarness } from "@/testing/harness";

const request = vi.hoisted(() => ({
  headers: new Map<string, string>(),
  cookies: new Map<string, string>(),
  deps: null as unknown,
}));
vi.mock("next/headers", () => ({
  headers: () => Promise.resolve({ get: (name: string) => request.headers.get(name) ?? null }),
  cookies: () =>
    Promise.resolve({
      get: (name: string) =>
        request.cookies.has(name) ? { name, value: request.cookies.get(name) } : undefined,
    }),
}));
vi.mock("@/lib/runtime/get-deps", () => ({ getDeps: () => request.deps }));

const { authOptions } = await import("./auth-options");
const { activeActorOfSession, actorOfSession, lostSession, sessionCookieName } =
  await import("./session-actor");

const browser = createAuthBrowser(request, (req, res) =>
  NextAuth(
    req as never,
    res as never,
    authOptions(request.headers.get("x-chancery-listener") as "https"),
  ),
);
const { arrive, ask, signIn } = browser;
let harness: Harness;
const makeAccount = (role: TestRole) => browser.makeAccount(harness.deps, role);
const signedIn = (role: TestRole) => browser.signInAs(harness.deps, role);

beforeAll(async () => {
  process.env["CHANCERY_SESSION_SECRET"] = "a secret of this test alone, long enough";
  process.env["AUTH_TRUST_HOST"] = "true";
  harness = await openHarness();
  request.deps = harness.deps;
});
afterAll(async () => {
  await harness.close();
});
beforeEach(() => {
  arrive("http", "localhost:3000", "/");
  request.cookies.clear();
});

describe("signing in", () => {
  test("without the CSRF token does nothing at all, whatever the password", async () => {
    const { email } = (await makeAccount("admin")).result;
    const { result, entries } = await harness.during(() =>
      ask("POST", ["callback", "credentials"], {
        email,
        password,
        csrfToken: "guessed",
        json: "true",
      }),
    );
    expect(request.cookies.has("next-auth.session-token")).toBe(false);
    expect(entries).toEqual([]);
    expect(result.location).toContain("csrf=true");
  });

  test("signing in with a wrong password, for an unknown account or without fields gets one response and no session", async () => {
    const { email } = (await makeAccount("admin")).result;
    const answers = [
      await signIn(email, "a wrong password"),
      await signIn("nobody@example.com", password),
      await signIn("", ""),
      await signIn(email, "x".repeat(5000)),
      await signIn(`${"x".repeat(300)}@example.com`, password),
      await signIn("admin\u0000@example.com", password),
    ];
    for (const { status, location } of answers)
      expect([status, new URL(location).searchParams.get("error")]).toEqual([
        401,
        "CredentialsSignin",
      ]);
    expect(request.cookies.has("next-auth.session-token")).toBe(false);
  });

  test("after five wrong passwords the answer says when to try again, whether the account exists or not", async () => {
    const { email } = (await makeAccount("admin")).result;
    const errorOf = async (typed: string) => {
      for (let i = 0; i < 5; i++) await signIn(typed, "a wrong password");
      return new URL((await signIn(typed, password)).location).searchParams.get("error");
    };
    request.headers.set("x-chancery-client-ip", "198.51.100.1");
    expect(await errorOf(email)).toMatch(/^limited-(900|89\d)$/);
    request.headers.set("x-chancery-client-ip", "198.51.100.2");
    expect(await errorOf("nobody@example.com")).toMatch(/^limited-(900|89\d)$/);
  });

  test("sets a cookie that scripts cannot read, and over https one that never leaves it", async () => {
    const { email } = (await makeAccount("admin")).result;
    for (const [listener, host, name] of [
      ["http", "localhost:3000", "next-auth.session-token"],
      ["https", "ca.example.com:3443", "__Host-next-auth.session-token"],
    ] as const) {
      arrive(listener, host, "/sign-in");
      request.cookies.clear();
      const cookie =
        (await signIn(email, password)).cookies.find((one) => one.startsWith(`${name}=`)) ?? "";
      expect(cookie).toMatch(/; HttpOnly/i);
      expect(cookie).toMatch(/; SameSite=Lax/i);
      expect(/; Secure/i.test(cookie)).toBe(listener === "https");
      expect(sessionCookieName(listener)).toBe(name);
      expect((await actorOfSession())?.label).toBe(email);
    }
  });

  test("makes an actor of the account, with the gateway's origin", async () => {
    const account = await signedIn("auditor");
    expect(await actorOfSession()).toEqual({
      kind: "user",
      id: account.result.id,
      label: account.result.email,
      role: "auditor",
      identityId: null,
      credential: null,
      secretDigest: expect.stringMatching(/^[0-9a-f]{32}$/) as unknown,
      requestId: "req_page",
      assertedBy: null,
      correlationId: "req_page",
      address: { ip: "203.0.113.9", port: 4711, userAgent: "Firefox", via: ["http"] },
    });
  });
});

describe("a session's cookie", () => {
  test("a session cookie that is forged, cut or made under another secret is unauthenticated", async () => {
    await signedIn("admin");
    const token = request.cookies.get("next-auth.session-token") ?? "";
    for (const wrong of ["", "x", token.slice(0, -4), `${token.slice(0, -4)}AAAA`, "a.b.c.d.e"]) {
      request.cookies.set("next-auth.session-token", wrong);
      expect(await actorOfSession(), wrong.slice(0, 8)).toBeNull();
    }
    request.cookies.set("next-auth.session-token", token);
    const secret = process.env["CHANCERY_SESSION_SECRET"];
    process.env["CHANCERY_SESSION_SECRET"] = "another secret";
    expect(await actorOfSession()).toBeNull();
    process.env["CHANCERY_SESSION_SECRET"] = secret;
    expect(await actorOfSession()).not.toBeNull();
  });

  test("counts for nothing from the moment that its row ends, and next-auth takes it away", async () => {
    const account = await signedIn("admin");
    expect(((await ask("GET", ["session"])).body as { user?: { role: string } }).user?.role).toBe(
      "admin",
    );
    await endSessions(harness.deps, system, account.result.id);
    expect(await actorOfSession()).toBeNull();
    expect((await ask("GET", ["session"])).body).toEqual({});
    expect(request.cookies.has("next-auth.session-token")).toBe(false);
  });

  test("is kept alive by what a person does, and not by what a page asks for in the background", async () => {
    await signedIn("operator");
    harness.advance(29 * 60_000);
    expect(await activeActorOfSession()).not.toBeNull();
    harness.advance(29 * 60_000);
    expect(await actorOfSession()).not.toBeNull();
    expect(await lostSession()).toBeNull();
    harness.advance(2 * 60_000);
    expect(await activeActorOfSession()).toBeNull();
    expect(await lostSession()).toBe("idle");
  });

  test("shows a new role at once, as a new role ends the session", async () => {
    const account = await signedIn("admin");
    await updateAccount(harness.deps, system, account.result.id, { role: "auditor" });
    expect(await actorOfSession()).toBeNull();
  });

  test("a session's end is recorded when its owner signs out through next-auth", async () => {
    await signedIn("operator");
    const { body } = await ask("GET", ["csrf"]);
    const { entries } = await harness.during(() =>
      ask("POST", ["signout"], {
        csrfToken: (body as { csrfToken: string }).csrfToken,
        json: "true",
      }),
    );
    expect(entries).toEqual([expect.objectContaining({ action: "session.ended" })]);
    expect(await actorOfSession()).toBeNull();
  });
});
