import type { MaybeRecorded } from "@/lib/log/record/recorded";
import NextAuth from "next-auth";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import type { Peer } from "@/lib/access/peer";
import { updateAccount } from "@/lib/accounts/update-account";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { makePerson, type Person } from "@/testing/accounts/person";
import { adminActor } from "@/testing/actors";
import { createTestCa } from "@/testing/ca/create-test-ca";
import type { Harness } from "@/testing/harness";

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
    throw new Error(`redirect ${to}`);
  },
  forbidden: () => {
    throw new Error("forbidden page");
  },
}));
vi.mock("@/lib/runtime/get-deps", () => ({ getDeps: () => request.deps }));

const { defineAction } = await import("./define-action");
const { authOptions } = await import("./auth-options");
const { openPage } = await import("./page");
const { actorOfSession, lostSession } = await import("./session-actor");

const cookie = "__Host-next-auth.session-token",
  admin = adminActor();
let harness: Harness, person: Person, other: Person;
beforeAll(async () => {
  process.env["CHANCERY_SESSION_SECRET"] = "a secret of this test alone, long enough";
  process.env["AUTH_TRUST_HOST"] = "true";
  harness = await createTestCa();
  request.deps = harness.deps;
  other = await makePerson(harness.deps, admin, "admin");
});
afterAll(async () => {
  await harness.close();
});
beforeEach(async () => {
  request.cookies.clear();
  person = await makePerson(harness.deps, admin);
});

/** A request as the gateway hands it to the console, with the certificate that it has accepted. */
function arrive(peer: Peer | null, listener: "https" | "mtls" = peer ? "mtls" : "https"): void {
  request.headers = new Map(
    Object.entries({
      host: "ca.example.com:3444",
      "x-forwarded-host": "ca.example.com:3444",
      "x-forwarded-proto": "https",
      "x-chancery-listener": listener,
      "x-chancery-client-ip": "203.0.113.9",
      "x-chancery-client-port": "4711",
      "x-chancery-request-id": "req_page",
      "x-chancery-path": "/certificates",
      "user-agent": "Firefox",
      ...(peer && { "x-chancery-peer": Buffer.from(JSON.stringify(peer)).toString("base64url") }),
    }),
  );
}

async function ask(
  method: string,
  path: readonly string[],
  body: Record<string, string> = {},
): Promise<{ status: number; body: unknown }> {
  const sent = { status: 200, body: null as unknown },
    headers = new Map<string, string | string[]>();
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
  await NextAuth(
    {
      query: { nextauth: path },
      cookies: Object.fromEntries(request.cookies),
      headers: Object.fromEntries(request.headers),
      method,
      body,
    } as never,
    res as never,
    authOptions(request.headers.get("x-chancery-listener") as "https"),
  );
  for (const one of [headers.get("set-cookie") ?? []].flat()) {
    const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(one) ?? [];
    if (value === "") request.cookies.delete(name);
    else request.cookies.set(name, decodeURIComponent(value));
  }
  return sent;
}

async function signInBy(peer: Peer | null, body: Record<string, string> = {}) {
  arrive(peer);
  const { body: csrf } = await ask("GET", ["csrf"]);
  return ask("POST", ["callback", "certificate"], {
    csrfToken: (csrf as { csrfToken: string }).csrfToken,
    json: "true",
    ...body,
  });
}
const thrown = (promise: Promise<unknown>) =>
  promise.then(
    () => "nothing",
    (error: Error) => error.message,
  );
async function lastEntry() {
  await harness.deps.db.pool.query("select tlog.sequence_batch(100000)");
  const [row] = await harness.asSuper(
    "select convert_from(entry, 'UTF8')::jsonb as entry from tlog.entry order by seq desc limit 1",
  );
  return row?.["entry"] as Record<string, unknown>;
}

describe("signing in by certificate through next-auth", () => {
  test("is refused without a certificate, whatever the browser says of one", async () => {
    const claims = {
      certificateId: person.peer.certificateId,
      peer: JSON.stringify(person.peer),
      email: person.account.email,
    };
    expect((await signInBy(null, claims)).status).toBe(401);
    expect(request.cookies.has(cookie)).toBe(false);
    expect(await lastEntry()).toMatchObject({
      action: "session.refused",
      reason: "no certificate",
      actor: { kind: "anonymous" },
    });
  });

  test("does nothing without the CSRF token", async () => {
    arrive(person.peer);
    await ask("POST", ["callback", "certificate"], { csrfToken: "guessed", json: "true" });
    expect(request.cookies.has(cookie)).toBe(false);
  });

  test("is refused for a certificate that was revoked after the gateway had looked", async () => {
    await revokeCertificate(harness.deps, admin, person.certificate.id, {
      reason: "keyCompromise",
    });
    expect((await signInBy(person.peer)).status).toBe(401);
    expect(request.cookies.has(cookie)).toBe(false);
  });

  test("makes an actor whose entries name the certificate", async () => {
    expect((await signInBy(person.peer)).status).toBe(200);
    const { certificateId, serial, fingerprintSha256 } = person.peer;
    expect(await actorOfSession()).toMatchObject({
      kind: "user",
      id: person.account.id,
      role: "operator",
      credential: { certificateId, serial, fingerprintSha256 },
    });
    await openPage("certificates.read", { action: "certificate.read" });
    expect(await lastEntry()).toMatchObject({
      action: "certificate.read",
      actor: { id: person.account.id },
      credential: { certificateId, serial, fingerprintSha256 },
    });
  });
});

describe("the cookie of a session that a certificate started", () => {
  beforeEach(async () => {
    await signInBy(person.peer);
  });
  const change = defineAction(
    "identities.write",
    z.strictObject({}),
    (): Promise<MaybeRecorded<object>> => Promise.reject(new Error("it must not get here")),
  );

  test.each([
    ["without any certificate", (): Peer | null => null, "needs-certificate"],
    ["with another certificate", (): Peer | null => other.peer, "other-certificate"],
  ] as const)(
    "a certificate session's cookie %s opens no page and allows no action, and the audit log has the reason",
    async (_, peerOf, why) => {
      arrive(peerOf());
      expect(await actorOfSession()).toBeNull();
      expect(await lostSession()).toBe(why);
      expect(await thrown(openPage("certificates.read", { action: "certificate.read" }))).toContain(
        "redirect /sign-in",
      );
      expect(await lastEntry()).toMatchObject({
        action: "request.refused",
        reason: "the session is bound to another certificate",
      });
      expect(await change(null, {})).toMatchObject({ ok: false, code: "unauthenticated" });
      expect((await ask("GET", ["session"])).body).toEqual({});
    },
  );

  test.each([
    [
      "the certificate is revoked",
      () => revokeCertificate(harness.deps, admin, person.certificate.id, { reason: "superseded" }),
    ],
    [
      "the account is disabled",
      () => updateAccount(harness.deps, admin, person.account.id, { status: "disabled" }),
    ],
    [
      "the identity is taken off the account",
      () => updateAccount(harness.deps, admin, person.account.id, { identity: null }),
    ],
  ] satisfies readonly (readonly [string, () => Promise<unknown>])[])(
    "opens nothing from the moment that %s",
    async (_, spoil) => {
      expect(await actorOfSession()).not.toBeNull();
      await spoil();
      expect(await actorOfSession()).toBeNull();
      expect(await lostSession()).toBe("ended");
      expect(await change(null, {})).toMatchObject({ ok: false, code: "unauthenticated" });
    },
  );
});
