import NextAuth from "next-auth";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { createIdentity } from "@/lib/identities/create-identity";
import { identityInput } from "@/lib/identities/schema";
import { createAuthBrowser, type TestRole } from "@/testing/accounts/auth-browser";
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
vi.mock("@/lib/runtime/get-deps", () => ({ getDeps: () => request.deps }));

const { defineAction, defineQuery } = await import("./define-action");
const { authOptions } = await import("./auth-options");
const { openPage, signInAddress } = await import("./page");

const browser = createAuthBrowser(request, (req, res) =>
  NextAuth(
    req as never,
    res as never,
    authOptions(request.headers.get("x-chancery-listener") as "https"),
  ),
);
const { arrive } = browser;
let harness: Harness,
  made = 0;
const signedIn = (role: TestRole) => browser.signInAs(harness.deps, role);
const thrown = (promise: Promise<unknown>) =>
  promise.then(
    () => "nothing",
    (error: Error) => error.message,
  );

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
        details: expect.objectContaining({ method: "GET", path: "/certificates/crt_1" }),
      }),
    ]);
    expect(
      await harness.withoutRecord(() =>
        thrown(openPage("certificates.read", { action: "certificate.read" })),
      ),
    ).toContain("could not be recorded");
  });

  test("a page about one's own account opens for every signed-in user and for no one else", async () => {
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
      defineQuery(null, z.strictObject({ a: z.string() }), () => Promise.resolve({}))(null, {}),
    );
    expect(JSON.stringify(entries)).not.toContain("chy_secret");
    expect(entries).toHaveLength(1);
  });
});

describe("a server action", () => {
  const create = defineAction("identities.write", identityInput, createIdentity);
  const input = () => ({ kind: "service", name: `payments-${++made}`, owner: "team@example.com" });

  test("a server action without a session or without the permission does nothing and is recorded", async () => {
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

  test("a server action takes a form, does what it asks for, and returns the number of its entry", async () => {
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
    const broken = defineAction("identities.write", z.strictObject({}), () =>
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
        defineAction("identities.write", z.strictObject({}), () => Promise.resolve(redirect("/x")))(
          null,
          {},
        ),
      ),
    ).toBe("redirect /x");
  });
});
