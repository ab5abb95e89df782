import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scopeOf } from "@/lib/access/permissions";
import { type Role, roles } from "@/lib/access/roles";
import { createIdentity } from "@/lib/identities/create-identity";
import { createToken } from "@/lib/tokens/create-token";
import { revokeToken } from "@/lib/tokens/revoke-token";
import { type Call, makeCall, problemOf } from "@/testing/api/client";
import { isOfAll } from "@/testing/api/routes-of-all";
import { system } from "@/testing/actors";
import { type Harness, openHarness } from "@/testing/harness";
import { routes } from "./all-routes";

let harness: Harness, call: Call;
const tokens: Record<string, string> = {};
beforeAll(async () => {
  harness = await openHarness();
  call = makeCall(harness.deps);
  const identity = await createIdentity(harness.deps, system, {
    kind: "service",
    name: "payments",
    owner: "payments-team@example.com",
    note: "",
  });
  for (const role of roles)
    tokens[role] = await harness.tokenFor(role, role === "service" ? identity.result.id : null);
});
afterAll(async () => {
  await harness.close();
});

const guarded = routes.filter((route) => route.permission !== null);
const pathOf = (path: string) => path.replaceAll(/\{\w+\}/g, "none_such");
const cases = guarded.map((route) => [route.method.toUpperCase(), route.path, route] as const);

test("every operation except the public status requires a permission", () => {
  expect(routes.filter((route) => route.permission === null).map((route) => route.path)).toEqual([
    "/status/{authority}/{serial}",
  ]);
});

describe.each(cases)("%s %s", (method, path, route) => {
  test("an unauthenticated caller learns nothing, and the attempt is recorded in the audit log", async () => {
    const { result, entries } = await harness.during(() => call(method, pathOf(path)));
    expect(problemOf(result)).toMatchObject({ status: 401, code: "unauthenticated" });
    expect(result.headers.get("www-authenticate")).toBe('Bearer realm="Chancery"');
    expect(entries).toEqual([
      expect.objectContaining({
        action: "request.refused",
        outcome: "denied",
        reason: "no credential",
        actor: { kind: "anonymous", id: null, label: "anonymous" },
        details: { code: "unauthenticated", method, path: `/api/v1${pathOf(path)}`, status: 401 },
      }),
    ]);
  });

  const may = (role: Role) =>
    route.permission !== null &&
    scopeOf(role, route.permission) !== "none" &&
    !(isOfAll(route) && scopeOf(role, route.permission) === "own");

  test.each(roles.filter((role) => !may(role)))(
    "a token of role %s is denied, whether the target exists or not",
    async (role) => {
      const { result, entries } = await harness.during(() =>
        call(method, pathOf(path), { token: tokens[role] ?? "" }),
      );
      expect(problemOf(result)).toMatchObject({ status: 403, code: "forbidden" });
      expect(entries).toEqual([
        expect.objectContaining({
          action: "request.refused",
          outcome: "denied",
          actor: expect.objectContaining({ kind: "token" }) as unknown,
        }),
      ]);
    },
  );

  test.each(roles.filter(may))(
    "a token of role %s is allowed, and the request is recorded in the audit log",
    async (role) => {
      const { result, entries } = await harness.during(() =>
        call(method, pathOf(path), { token: tokens[role] ?? "" }),
      );
      expect([401, 403, 500], result.text).not.toContain(result.status);
      expect(entries.length, result.text).toBeGreaterThan(0);
    },
  );
});

describe("a token that is not accepted", () => {
  test("malformed, unknown, revoked and expired tokens all get the same response; only the audit log has the reason", async () => {
    const revoked = await createToken(harness.deps, system, {
      name: "old",
      role: "admin",
      identityId: null,
      expiresInDays: null,
    });
    const short = await createToken(harness.deps, system, {
      name: "short",
      role: "admin",
      identityId: null,
      expiresInDays: 1,
    });
    await revokeToken(harness.deps, system, revoked.result.id);
    harness.advance(86_401_000);
    const sent = [
      "nonsense",
      `chy_${"A".repeat(43)}`,
      revoked.result.secret ?? "",
      short.result.secret ?? "",
    ];
    const { result, entries } = await harness.during(async () => {
      const answers = [];
      for (const token of sent) answers.push(await call("GET", "/certificates", { token }));
      return answers;
    });
    for (const answer of result) {
      expect(problemOf(answer)).toEqual(problemOf(result[0] ?? answer));
      expect(answer.headers.get("www-authenticate")).toContain("invalid_token");
    }
    expect(entries.map((entry) => entry.reason)).toEqual([
      "malformed token",
      "unknown token",
      `revoked token ${revoked.result.id}`,
      `expired token ${short.result.id}`,
    ]);
    for (const secret of sent.slice(1))
      expect(JSON.stringify(entries)).not.toContain(secret.slice(8));
  });

  test.each(["Basic YWRtaW46YWRtaW4=", "Bearer", "Bearer a b", "bearer\tx", ""])(
    "Authorization: %j is no token",
    async (authorization) => {
      expect((await call("GET", "/certificates", { headers: { authorization } })).status).toBe(401);
    },
  );

  test("a token in the query string is not accepted and never reaches the audit log", async () => {
    const { result, entries } = await harness.during(() =>
      call("GET", `/certificates?access_token=${tokens["admin"]}`),
    );
    expect(result.status).toBe(401);
    expect(JSON.stringify(entries)).not.toContain(tokens["admin"]?.slice(8));
  });
});

describe("an unknown path", () => {
  test("an unknown path is a 401 without a token, like any other path, and a 404 with one; both are recorded", async () => {
    const { result, entries } = await harness.during(
      async () =>
        [
          await call("GET", "/nothing"),
          await call("GET", "/certificates"),
          await call("GET", "/nothing", { token: tokens["service"] ?? "" }),
        ] as const,
    );
    expect(problemOf(result[0])).toEqual(problemOf(result[1]));
    expect(problemOf(result[2])).toMatchObject({ status: 404, code: "request.not-found" });
    expect(entries.map((entry) => entry.outcome)).toEqual(["denied", "denied", "failure"]);
  });

  test.each([
    ["DELETE", "/certificates", "GET, HEAD, POST"],
    ["PUT", "/tokens/tok_1", "GET, HEAD"],
    ["GET", "/tokens/tok_1/revoke", "POST"],
  ])("%s %s is a 405 with Allow", async (method, path, allow) => {
    const answer = await call(method, path, { token: tokens["admin"] ?? "" });
    expect(problemOf(answer)).toMatchObject({ status: 405, code: "request.method" });
    expect(answer.headers.get("allow")).toBe(allow);
    expect((await call(method, path)).status).toBe(401);
  });
});

test("the address in an entry is what the gateway saw, whatever a client claims", async () => {
  const headers = {
    "x-forwarded-for": "198.51.100.66",
    "x-chancery-client-ip": "198.51.100.66",
    forwarded: "for=198.51.100.66",
    "user-agent": "curl/8.1",
    "x-correlation-id": "deploy-17",
  };
  const { entries } = await harness.during(() =>
    call("GET", "/profiles", {
      token: tokens["auditor"] ?? "",
      headers,
      context: {
        ip: "203.0.113.9",
        port: 4711,
        listener: "mtls",
        via: ["edge", "mtls"],
        requestId: "req_door",
      },
    }),
  );
  expect(entries).toEqual([
    expect.objectContaining({
      action: "profile.read",
      origin: { ip: "203.0.113.9", port: 4711, userAgent: "curl/8.1", via: ["edge", "mtls"] },
      requestId: "req_door",
      correlationId: "deploy-17",
    }),
  ]);
});

test("while the audit log can't be written, reads, refusals and writes are all 503", async () => {
  const answers = await harness.withoutRecord(async () => [
    await call("GET", "/profiles", { token: tokens["admin"] ?? "" }),
    await call("GET", "/profiles"),
    await call("POST", "/identities", {
      token: tokens["admin"] ?? "",
      body: { kind: "service", name: "unrecorded", owner: "x@example.com" },
    }),
  ]);
  for (const answer of answers) {
    expect(problemOf(answer)).toMatchObject({ status: 503, code: "record.unavailable" });
    expect(answer.headers.get("retry-after")).toMatch(/^\d+$/);
  }
  const list = await call("GET", "/identities?q=unrecorded", { token: tokens["admin"] ?? "" });
  expect(list.body["items"]).toEqual([]);
});
