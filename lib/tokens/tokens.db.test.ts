import { afterAll, beforeAll, expect, test } from "vitest";
import type { Actor } from "@/lib/access/actor";
import { roles } from "@/lib/access/roles";
import { createIdentity } from "@/lib/identities/create-identity";
import { suspendIdentity } from "@/lib/identities/set-identity-status";
import { anonymousActor, system } from "@/testing/actors";
import { type Harness, openHarness } from "@/testing/harness";
import { authenticateToken } from "./authenticate-token";
import { createToken } from "./create-token";
import { getToken, listTokens } from "./read-tokens";
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
  ...anonymousActor(),
  kind: "user",
  id: "usr_1",
  label: "somebody@example.com",
  role,
});
const use = async (secret: string) => {
  const { address, requestId, correlationId } = anonymousActor();
  return authenticateToken(harness.deps, secret, { address, requestId, correlationId });
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
    const { id } = (await createToken(harness.deps, system, input())).result;
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
])("the secret %.12j… is unauthenticated", async (secret) => {
  expect((await use(secret)).actor).toBeNull();
});

test("a revoked, an expired and a suspended identity's token are unauthenticated at once, each with its reason for the audit log", async () => {
  const revoked = await createToken(harness.deps, system, input()),
    short = await createToken(harness.deps, system, input({ expiresInDays: 1 }));
  const identity = await makeIdentity(),
    service = await createToken(
      harness.deps,
      system,
      input({ role: "service", identityId: identity.result.id }),
    );
  for (const {
    result: { secret },
  } of [revoked, short, service])
    expect((await use(secret ?? "")).actor).not.toBeNull();
  await revokeToken(harness.deps, system, revoked.result.id);
  await suspendIdentity(harness.deps, system, identity.result.id, { comment: "" });
  expect(await use(revoked.result.secret ?? "")).toEqual({
    actor: null,
    reason: "revoked token",
    tokenId: revoked.result.id,
  });
  expect(await use(service.result.secret ?? "")).toEqual({
    actor: null,
    reason: "suspended identity",
    tokenId: service.result.id,
  });
  harness.advance(86_400_000);
  expect(await use(short.result.secret ?? "")).toEqual({
    actor: null,
    reason: "expired token",
    tokenId: short.result.id,
  });
});

test("a token has its role's permissions and, for a service, acts for its identity alone", async () => {
  const identity = await makeIdentity();
  const { id, secret } = (
    await createToken(
      harness.deps,
      system,
      input({ role: "service", identityId: identity.result.id }),
    )
  ).result;
  expect((await use(secret ?? "")).actor).toMatchObject({
    kind: "token",
    id,
    label: "ci",
    role: "service",
    identityId: identity.result.id,
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
  await suspendIdentity(harness.deps, system, identity.result.id, { comment: "" });
  expect(
    await codeOf(
      createToken(harness.deps, system, input({ role: "service", identityId: "idn_none" })),
    ),
  ).toBe("token.identity-unknown");
  expect(
    await codeOf(
      createToken(harness.deps, system, input({ role: "service", identityId: identity.result.id })),
    ),
  ).toBe("token.identity-suspended");
});

test("the secret is in the first answer alone: not in a list, not in an entry, not in the database", async () => {
  const { result, entries } = await harness.during(() =>
    createToken(harness.deps, system, input()),
  );
  const { rows } = await harness.deps.db.pool.query("select * from api_token");
  const kept = JSON.stringify([entries, await listTokens(harness.deps, system), rows]);
  expect(result.result.secret).toMatch(/^chy_[\w-]{43}$/);
  expect(kept).not.toContain(result.result.secret?.slice(9));
  expect(entries).toEqual([
    expect.objectContaining({
      action: "token.created",
      details: {
        name: "ci",
        role: "operator",
        identityId: null,
        expiresAt: null,
        lineage: "",
        secretDigest: expect.stringMatching(/^[0-9a-f]{32}$/),
      },
    }),
  ]);
});

test("revoking again changes nothing and keeps the date", async () => {
  const { id } = (await createToken(harness.deps, system, input())).result;
  const first = await revokeToken(harness.deps, system, id);
  harness.advance(60_000);
  expect((await revokeToken(harness.deps, system, id)).result.revokedAt).toBe(
    first.result.revokedAt,
  );
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
