import { afterAll, beforeAll, expect, test } from "vitest";
import type { Actor } from "@/lib/auth/actor";
import { roles } from "@/lib/auth/permissions";
import { actorOfToken } from "@/lib/auth/token-actor";
import { createIdentity } from "@/lib/identities/create-identity";
import { suspendIdentity } from "@/lib/identities/set-identity-status";
import { openHarness, stranger, system, type Harness } from "@/server/api/testing/harness";
import { createToken } from "./create-token";
import { getToken } from "./get-token";
import { listTokens } from "./list-tokens";
import { revokeToken } from "./revoke-token";
import { tokenInput } from "./schema";

let harness: Harness;
beforeAll(async () => {
  harness = await openHarness();
});
afterAll(async () => {
  await harness.close();
});

const input = (over: Record<string, unknown> = {}) =>
  tokenInput.parse({ name: "ci", role: "operator", ...over });
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "done",
    (error: Error & { code?: string }) => error.code ?? error.message,
  );
const actorOf = (role: Actor["role"]): Actor => ({
  ...stranger(),
  kind: "user",
  id: "usr_1",
  label: "somebody@example.com",
  role,
});
const use = async (secret: string) => {
  const { origin, requestId, correlationId } = stranger();
  return actorOfToken(harness.deps, secret, { origin, requestId, correlationId });
};
let named = 0;
const makeIdentity = () =>
  createIdentity(harness.deps, system, {
    kind: "service",
    name: `payments-${++named}`,
    owner: "payments-team@example.com",
    note: "",
  });

test.each(roles.filter((role) => role !== "admin"))(
  "role %s makes and revokes no token",
  async (role) => {
    const { id } = await createToken(harness.deps, system, input());
    expect(await codeOf(createToken(harness.deps, actorOf(role), input({ role: "admin" })))).toBe(
      "forbidden",
    );
    expect(await codeOf(revokeToken(harness.deps, actorOf(role), id))).toBe("forbidden");
    expect((await getToken(harness.deps, system, id)).status).toBe("active");
  },
);

test.each([
  "",
  "chy_",
  "Bearer",
  `chy_${"A".repeat(42)}`,
  `chy_${"A".repeat(44)}`,
  `CHY_${"A".repeat(43)}`,
  `chy_${"A".repeat(42)}+`,
  `chy_${"A".repeat(43)}`,
  "x".repeat(100_000),
])("%.12j… is nobody", async (secret) => {
  expect((await use(secret)).actor).toBeNull();
});

test("a revoked, an expired and a suspended identity's token are nobody, at once, each with its reason for the record", async () => {
  const revoked = await createToken(harness.deps, system, input()),
    short = await createToken(harness.deps, system, input({ expiresInDays: 1 }));
  const identity = await makeIdentity(),
    service = await createToken(
      harness.deps,
      system,
      input({ role: "service", identityId: identity.id }),
    );
  for (const { secret } of [revoked, short, service])
    expect((await use(secret ?? "")).actor).not.toBeNull();
  await revokeToken(harness.deps, system, revoked.id);
  await suspendIdentity(harness.deps, system, identity.id, { comment: "" });
  expect(await use(revoked.secret ?? "")).toEqual({
    actor: null,
    reason: "revoked token",
    tokenId: revoked.id,
  });
  expect(await use(service.secret ?? "")).toEqual({
    actor: null,
    reason: "suspended identity",
    tokenId: service.id,
  });
  harness.pass(86_400);
  expect(await use(short.secret ?? "")).toEqual({
    actor: null,
    reason: "expired token",
    tokenId: short.id,
  });
});

test("a token acts in its role and, as a service, for its identity alone", async () => {
  const identity = await makeIdentity();
  const { id, secret } = await createToken(
    harness.deps,
    system,
    input({ role: "service", identityId: identity.id }),
  );
  expect((await use(secret ?? "")).actor).toMatchObject({
    kind: "token",
    id,
    label: "ci",
    role: "service",
    identityId: identity.id,
  });
});

test("a service token without an identity, and an identity with another role, are refused at the field", () => {
  for (const wrong of [
    { role: "service" },
    { role: "operator", identityId: "idn_1" },
    { role: "service", identityId: "" },
  ]) {
    expect(
      tokenInput.safeParse({ name: "ci", ...wrong }).error?.issues.map((issue) => issue.path),
    ).toEqual([["identityId"]]);
  }
  for (const wrong of [
    { role: "root" },
    { role: "admin", expiresInDays: 0 },
    { role: "admin", expiresInDays: 1.5 },
    { role: "admin", extra: 1 },
  ])
    expect(tokenInput.safeParse({ name: "ci", ...wrong }).success).toBe(false);
});

test("an identity that does not exist or is suspended gets no token", async () => {
  const identity = await makeIdentity();
  await suspendIdentity(harness.deps, system, identity.id, { comment: "" });
  expect(
    await codeOf(
      createToken(harness.deps, system, input({ role: "service", identityId: "idn_none" })),
    ),
  ).toBe("identity.not-found");
  expect(
    await codeOf(
      createToken(harness.deps, system, input({ role: "service", identityId: identity.id })),
    ),
  ).toBe("identity.suspended");
});

test("the secret is in the first answer alone: not in a list, not in an entry, not in the database", async () => {
  const { result, entries } = await harness.during(() =>
    createToken(harness.deps, system, input()),
  );
  const { rows } = await harness.deps.db.pool.query("select * from api_token");
  const kept = JSON.stringify([entries, await listTokens(harness.deps, system), rows]);
  expect(result.secret).toMatch(/^chy_[\w-]{43}$/);
  expect(kept).not.toContain(result.secret?.slice(9));
  expect(entries).toEqual([
    expect.objectContaining({
      action: "token.created",
      details: { name: "ci", role: "operator", identityId: null, expiresAt: null },
    }),
  ]);
});

test("revoking again changes nothing and keeps the date", async () => {
  const { id } = await createToken(harness.deps, system, input());
  const first = await revokeToken(harness.deps, system, id);
  harness.pass(60);
  expect((await revokeToken(harness.deps, system, id)).revokedAt).toBe(first.revokedAt);
  expect(await codeOf(revokeToken(harness.deps, system, "tok_none"))).toBe("token.not-found");
});

test("a list filters by what a token is now", async () => {
  const { items } = await listTokens(harness.deps, system, { status: "revoked", limit: 200 });
  expect(items.length).toBeGreaterThan(0);
  expect(new Set(items.map((row) => row.status))).toEqual(new Set(["revoked"]));
  for (const status of ["active", "expired"] as const) {
    const page = await listTokens(harness.deps, system, { status, limit: 200 });
    expect(new Set(page.items.map((row) => row.status))).toEqual(new Set([status]));
  }
});
