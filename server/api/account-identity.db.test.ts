import { afterAll, beforeAll, expect, test } from "vitest";
import { createAccount } from "@/lib/accounts/create-account";
import { makeIdentity, password } from "@/lib/accounts/testing/person";
import { makeCall, type Call } from "./testing/client";
import { openHarness, system, type Harness } from "./testing/harness";

let harness: Harness,
  call: Call,
  admin = "",
  operator = "",
  made = 0;
beforeAll(async () => {
  harness = await openHarness();
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
      name: "Somebody",
      role: "auditor",
      password,
    })
  ).id;
const link = (id: string, identity: unknown, token = admin) =>
  call("PATCH", `/users/${id}`, { token, body: { identity } });

test("whose certificates sign in is changed by administrators alone, and refused with the reason at its field", async () => {
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
