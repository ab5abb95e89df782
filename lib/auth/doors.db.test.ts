import NextAuth from "next-auth";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { createAccount } from "@/lib/accounts/create-account";
import { endSessions } from "@/lib/accounts/end-session";
import { updateAccount } from "@/lib/accounts/update-account";
import { createIdentity } from "@/lib/identities/create-identity";
import { identityInput } from "@/lib/identities/schema";
import { openHarness, system, type Harness } from "@/server/api/testing/harness";

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
vi.mock("next/navigation", () => ({
  redirect: (to: string) => {
    throw Object.assign(new Error(`redirect ${to}`), {
      digest: `NEXT_REDIRECT;replace;${to};307;`,
    });
  },
  forbidden: () => {
    throw Object.assign(new Error("forbidden page"), { digest: "NEXT_HTTP_ERROR_FALLBACK;403" });
  },
}));
vi.mock("@/lib/runtime", () => ({ getDeps: () => request.deps }));

const { act } = await import("./act");
const { authOptions } = await import("./auth-options");
const { openPage, signInAddress } = await import("./page");
const { actorOfSession, sessionCookieName } = await import("./session-actor");

const password = "correct horse battery staple";
let harness: Harness,
  made = 0;
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

/** A request as the door hands it to the console. */
function arrive(listener: "http" | "https", host: string, path: string): void {
  request.headers = new Map(
    Object.entries({
      host,
      "x-forwarded-host": host,
      "x-forwarded-proto": listener,
      "x-chancery-listener": listener,
      "x-chancery-client-ip": "203.0.113.9",
      "x-chancery-client-port": "4711",
      "x-chancery-request-id": "req_page",
      "x-chancery-path": path,
      "user-agent": "Firefox",
    }),
  );
}

type Sent = { status: number; cookies: string[]; body: unknown; location: string };
/** Asks next-auth as a browser would, with the cookies that it has; keeps those that it is given. */
async function ask(
  method: string,
  path: readonly string[],
  body: Record<string, string> = {},
): Promise<Sent> {
  const sent: Sent = { status: 200, cookies: [], body: null, location: "" };
  const headers = new Map<string, string | string[]>();
  const res = {
    status: (code: number) => {
      sent.status = code;
      return res;
    },
    setHeader: (name: string, value: string | string[]) => {
      headers.set(name.toLowerCase(), value);
      return res;
    },
    getHeader: (name: string) => headers.get(name.toLowerCase()),
    end: () => res,
    json: (value: unknown) => {
      sent.body = value;
      return res;
    },
    send: (value: unknown) => {
      sent.body = value;
      return res;
    },
  };
  const req = {
    query: { nextauth: path },
    cookies: Object.fromEntries(request.cookies),
    headers: Object.fromEntries(request.headers),
    method,
    body,
  };
  await NextAuth(req as never, res as never, authOptions());
  sent.cookies = [headers.get("set-cookie") ?? []].flat();
  sent.location = String(
    headers.get("location") ?? (sent.body as { url?: string } | null)?.url ?? "",
  );
  for (const cookie of sent.cookies) {
    const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
    if (value === "") request.cookies.delete(name);
    else request.cookies.set(name, decodeURIComponent(value));
  }
  return sent;
}

async function signIn(email: string, typed: string): Promise<Sent> {
  const { body } = await ask("GET", ["csrf"]);
  return ask("POST", ["callback", "credentials"], {
    email,
    password: typed,
    csrfToken: (body as { csrfToken: string }).csrfToken,
    json: "true",
  });
}
const makeAccount = (role: "admin" | "operator" | "auditor") =>
  createAccount(harness.deps, system, {
    email: `${role}-${++made}@example.com`,
    name: "Somebody",
    role,
    password,
  });
async function signedIn(role: "admin" | "operator" | "auditor") {
  const account = await makeAccount(role);
  await signIn(account.email, password);
  return account;
}
const thrown = (promise: Promise<unknown>) =>
  promise.then(
    () => "nothing",
    (error: Error) => error.message,
  );

describe("signing in", () => {
  test("without the CSRF token does nothing at all, whatever the password", async () => {
    const { email } = await makeAccount("admin");
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

  test("with a wrong password, for nobody's account or without fields gives one answer and no session", async () => {
    const { email } = await makeAccount("admin");
    const answers = [
      await signIn(email, "a wrong password"),
      await signIn("nobody@example.com", password),
      await signIn("", ""),
      await signIn(email, "x".repeat(5000)),
    ];
    for (const { status, location } of answers)
      expect([status, new URL(location).searchParams.get("error")]).toEqual([
        401,
        "CredentialsSignin",
      ]);
    expect(request.cookies.has("next-auth.session-token")).toBe(false);
  });

  test("sets a cookie that scripts cannot read, and over https one that never leaves it", async () => {
    const { email } = await makeAccount("admin");
    for (const [listener, host, name] of [
      ["http", "localhost:3000", "next-auth.session-token"],
      ["https", "ca.example.com:3443", "__Secure-next-auth.session-token"],
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

  test("makes an actor of the account, with the door's origin", async () => {
    const account = await signedIn("auditor");
    expect(await actorOfSession()).toEqual({
      kind: "user",
      id: account.id,
      label: account.email,
      role: "auditor",
      identityId: null,
      credential: null,
      requestId: "req_page",
      correlationId: "req_page",
      origin: { ip: "203.0.113.9", port: 4711, userAgent: "Firefox", via: ["http"] },
    });
  });
});

describe("a session's cookie", () => {
  test("that is forged, cut or made under another secret is nobody", async () => {
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
    await endSessions(harness.deps, system, account.id);
    expect(await actorOfSession()).toBeNull();
    expect((await ask("GET", ["session"])).body).toEqual({});
    expect(request.cookies.has("next-auth.session-token")).toBe(false);
  });

  test("shows a new role at once, as a new role ends the session", async () => {
    const account = await signedIn("admin");
    await updateAccount(harness.deps, system, account.id, { role: "auditor" });
    expect(await actorOfSession()).toBeNull();
  });

  test("ends on the record when its owner signs out through next-auth", async () => {
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

describe("opening a page", () => {
  test("sends a stranger to the sign-in, with a way back, and records it", async () => {
    arrive("https", "ca.example.com", "/certificates?state=valid");
    const { result, entries } = await harness.during(() =>
      thrown(openPage("certificates.read", { action: "certificate.read" })),
    );
    expect(result).toBe("redirect /sign-in?next=%2Fcertificates%3Fstate%3Dvalid");
    expect(entries).toEqual([
      expect.objectContaining({
        action: "request.refused",
        outcome: "denied",
        details: expect.objectContaining({
          code: "unauthenticated",
          path: "/certificates?state=valid",
        }) as unknown,
      }),
    ]);
  });

  test("shows a role without the permission the page for that, and records it", async () => {
    await signedIn("operator");
    const { result, entries } = await harness.during(() =>
      thrown(openPage("audit.read", { action: "audit.read" })),
    );
    expect(result).toBe("forbidden page");
    expect(entries).toEqual([
      expect.objectContaining({
        action: "request.refused",
        outcome: "denied",
        details: expect.objectContaining({ code: "forbidden" }) as unknown,
      }),
    ]);
  });

  test("records an allowed read before it shows anything, and shows nothing if it cannot", async () => {
    await signedIn("auditor");
    arrive("http", "localhost:3000", "/certificates/crt_1");
    const { entries } = await harness.during(() =>
      openPage("certificates.read", {
        action: "certificate.read",
        target: { kind: "certificate", id: "crt_1", label: "pay" },
      }),
    );
    expect(entries).toEqual([
      expect.objectContaining({
        action: "certificate.read",
        target: { kind: "certificate", id: "crt_1", label: "pay" },
        details: { method: "GET", path: "/certificates/crt_1" },
      }),
    ]);
    expect(
      await harness.withoutRecord(() =>
        thrown(openPage("certificates.read", { action: "certificate.read" })),
      ),
    ).toContain("could not be recorded");
  });

  test("about oneself takes anybody who is signed in, and nobody else", async () => {
    expect(await thrown(openPage("self", { action: "account.read" }))).toContain("redirect");
    await signedIn("operator");
    expect(await thrown(openPage("self", { action: "account.read" }))).toBe("nothing");
  });

  test.each(["//evil.example.com", "/\\evil.example.com", "https://evil.example.com", "", "/"])(
    "never leads back to %j after signing in",
    (path) => {
      expect(signInAddress(path)).toBe("/sign-in");
    },
  );

  test("keeps the secret of the setup link out of the record", async () => {
    arrive("http", "localhost:3000", "/setup?token=chy_secret");
    const { entries } = await harness.during(() =>
      act(null, z.strictObject({ a: z.string() }), () => Promise.resolve({}))(null, {}),
    );
    expect(JSON.stringify(entries)).not.toContain("chy_secret");
    expect(entries).toHaveLength(1);
  });
});

describe("a server action", () => {
  const create = act("identities.write", identityInput, createIdentity);
  const input = () => ({ kind: "service", name: `payments-${++made}`, owner: "team@example.com" });

  test("of a stranger, and of a role without the permission, does nothing and is on the record", async () => {
    const { result: first, entries } = await harness.during(() => create(null, input()));
    expect(first).toMatchObject({ ok: false, code: "unauthenticated" });
    await signedIn("auditor");
    const { result: second, entries: more } = await harness.during(() => create(null, input()));
    expect(second).toMatchObject({ ok: false, code: "forbidden" });
    for (const entry of [entries, more].flat())
      expect(entry).toMatchObject({ action: "request.refused", outcome: "denied" });
    expect([entries.length, more.length]).toEqual([1, 1]);
  });

  test("with wrong fields says what is wrong at each of them", async () => {
    await signedIn("operator");
    const { result, entries } = await harness.during(() =>
      create(null, { kind: "robot", name: "", extra: 1 }),
    );
    expect(result).toMatchObject({ ok: false, code: "request.invalid" });
    expect(Object.keys((result as { fieldErrors: object }).fieldErrors).toSorted()).toEqual([
      "extra",
      "kind",
      "name",
      "owner",
    ]);
    expect(entries).toEqual([
      expect.objectContaining({ action: "request.refused", outcome: "failure" }),
    ]);
  });

  test("takes a form, does the act, and names the number of its entry", async () => {
    await signedIn("operator");
    const form = new FormData();
    for (const [name, value] of Object.entries(input())) form.set(name, value);
    form.set("$ACTION_ID_1", "");
    const state = await create(null, form);
    expect(state).toMatchObject({
      ok: true,
      entryId: expect.stringMatching(/^ent_/) as unknown,
      entrySeq: expect.any(Number) as unknown,
    });
  });

  test("hides a bug behind the request's id, records it, and lets the framework's own signals through", async () => {
    await signedIn("operator");
    const written = vi.spyOn(process.stderr, "write").mockImplementation(() => true);
    const broken = act("identities.write", z.strictObject({}), () =>
      Promise.reject(new Error("password=hunter2")),
    );
    const { result, entries } = await harness.during(() => broken(null, {}));
    written.mockRestore();
    expect(result).toMatchObject({
      ok: false,
      code: "internal",
      message: expect.stringContaining("req_page") as unknown,
    });
    expect(JSON.stringify([result, entries])).not.toContain("hunter2");
    expect(entries).toHaveLength(1);
    const { redirect } = await import("next/navigation");
    expect(
      await thrown(
        act("identities.write", z.strictObject({}), () => Promise.resolve(redirect("/x")))(
          null,
          {},
        ),
      ),
    ).toBe("redirect /x");
  });
});
