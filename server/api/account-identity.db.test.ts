import { afterAll, beforeAll, expect, test } from "vitest";
import { createAccount } from "@/lib/accounts/create-account";
import { issueFor, makeIdentity } from "@/testing/accounts/person";
import { type Call, makeCall } from "@/testing/api/client";
import { system } from "@/testing/actors";
import { createTestCa } from "@/testing/ca/create-test-ca";
import type { Harness } from "@/testing/harness";

let harness: Harness,
  call: Call,
  admin = "",
  operator = "",
  made = 0;
beforeAll(async () => {
  harness = await createTestCa();
  call = makeCall(harness.deps);
  [admin, operator] = await Promise.all([harness.tokenFor("admin"), harness.tokenFor("operator")]);
});
afterAll(async () => {
  await harness.close();
});

const account = async () =>
  (
    await createAccount(harness.deps, system, {
      email: `linked-${++made}@example.com`,
      name: "Someone",
      role: "auditor",
    })
  ).result.id;
const link = (id: string, identity: unknown, token = admin) =>
  call("PATCH", `/users/${id}`, { token, body: { identity } });

test("only administrators link an identity to an account, and a refusal has its reason at the field", async () => {
  const [first, second] = [await account(), await account()],
    person = await makeIdentity(harness.deps, system),
    service = await makeIdentity(harness.deps, system, "service");
  expect((await link(first, person.id, operator)).status).toBe(403);
  for (const wrong of [service.id, "idn_none"])
    expect(await link(first, wrong)).toMatchObject({
      status: 422,
      body: { code: "account.identity", errors: [{ path: "identity" }] },
    });
  for (const wrong of ["", 7, { id: person.id }])
    expect(await link(first, wrong)).toMatchObject({
      status: 400,
      body: { code: "request.invalid" },
    });
  expect(await link(first, person.id)).toMatchObject({
    status: 200,
    body: { identity: { id: person.id, name: person.name, status: "active" } },
  });
  expect(await link(second, person.id)).toMatchObject({
    status: 409,
    body: { code: "account.identity-taken", errors: [{ path: "identity" }] },
  });
  expect((await call("GET", `/users/${first}`, { token: admin })).body["identity"]).toMatchObject({
    id: person.id,
  });
  expect(await link(first, null)).toMatchObject({ status: 200, body: { identity: null } });
  expect((await link(second, person.id)).status).toBe(200);
});

test("a person with a certificate is linked only with what the 409 before listed, and then appears among those who can act for others", async () => {
  const person = await makeIdentity(harness.deps, system);
  const certificate = await issueFor(harness.deps, system, person);
  const id = await account();
  const refused = await link(id, person.id);
  expect(refused).toMatchObject({
    status: 409,
    body: {
      code: "power.unaccepted",
      existing: { certificates: [{ id: certificate.id, requestedBy: system.label }] },
    },
  });
  const { digest } = refused.body["existing"] as { digest: string };
  const read = await call("GET", `/identities/${person.id}/power`, { token: admin });
  expect(read.body).toMatchObject({ powers: [], existing: { digest, needsAcceptance: true } });
  const accept = (accepted: string) =>
    call("PATCH", `/users/${id}`, { token: admin, body: { identity: person.id, accepted } });
  for (const [wrong, status] of [
    ["", 400],
    [digest.toUpperCase(), 400],
    ["0".repeat(64), 409],
  ] as const)
    expect((await accept(wrong)).status, wrong).toBe(status);
  expect((await accept(digest)).status).toBe(200);
  expect((await call("GET", "/power?limit=1", { token: admin })).body).toMatchObject({
    items: [
      {
        identity: { id: person.id, kind: "person" },
        powers: [{ power: "signs-in", through: { kind: "account", id } }],
        existing: { counts: { certificates: 1 } },
      },
    ],
  });
  expect((await call("GET", `/identities/${person.id}`, { token: operator })).body).toMatchObject({
    powers: ["signs-in"],
  });
  expect((await call("GET", "/power", { token: operator })).status).toBe(403);
});
