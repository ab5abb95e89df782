import { afterAll, beforeAll, expect, test } from "vitest";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { adminActor } from "@/testing/actors";
import { type Answer, type Call, makeCall, problemOf } from "@/testing/api/client";
import { createTestCa, createTestIdentity } from "@/testing/ca/create-test-ca";
import { makeCsr } from "@/testing/ca/requests";
import type { Harness } from "@/testing/harness";

let harness: Harness, call: Call, token: string;
beforeAll(async () => {
  harness = await createTestCa();
  call = makeCall(harness.deps);
  token = await harness.tokenFor("operator");
});
afterAll(() => harness.close());

async function issue(): Promise<Readonly<{ id: string; notAfter: string; identity: string }>> {
  const identity = await createTestIdentity(harness.deps);
  const input = { profile: "tls-server", identity, csr: await makeCsr() };
  const { id, notAfter } = (await issueCertificate(harness.deps, adminActor(), input)).result;
  return { id, notAfter, identity };
}
const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();
const act = (id: string, verb: string, body?: unknown, more: object = {}): Promise<Answer> =>
  call("POST", `/certificates/${id}/${verb}`, {
    token,
    ...(body === undefined ? {} : { body }),
    ...more,
  });
const request = (id: string, body?: unknown, more?: object) =>
  act(id, "request-rotation", body, more);

test("a rotation is requested without a body, found by its filter, and withdrawn", async () => {
  const { id, identity } = await issue();
  const requested = await request(id);
  expect(requested.status, requested.text).toBe(200);
  expect(requested.body).toMatchObject({
    id,
    status: "valid",
    rotationRequest: { comment: "", requestedBy: expect.any(String) as string },
    entryId: expect.stringMatching(/^ent_/) as string,
  });
  const listed = async () =>
    (await call("GET", `/certificates?rotation=requested&identity=${identity}`, { token })).body;
  expect((await listed())["items"]).toMatchObject([{ id, rotationRequest: { comment: "" } }]);
  expect((await act(id, "cancel-rotation-request")).body["rotationRequest"]).toBe(null);
  expect((await listed())["items"]).toEqual([]);
});

test("a request that is repeated with its Idempotency-Key is one request, and without it is refused", async () => {
  const { id } = await issue();
  const body = { replaceBy: inDays(3), comment: "once" };
  const headers = { "idempotency-key": "rotation-once" };
  const answers = [await request(id, body, { headers }), await request(id, body, { headers })];
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  expect(answers[1]?.body["entryId"]).toBe(answers[0]?.body["entryId"]);
  expect(problemOf(await request(id, body))).toMatchObject({
    status: 409,
    code: "rotation.already-requested",
  });
  const actions = (await harness.entriesOf(id)).map(({ action }) => action);
  expect(actions.filter((action) => action === "certificate.rotation-requested")).toHaveLength(1);
});

test.each([
  ["a date that is none", { replaceBy: "tomorrow" }, "replaceBy", 400],
  ["a date without a zone", { replaceBy: "2030-01-01T00:00:00" }, "replaceBy", 400],
  ["a date that is over", { replaceBy: "2020-01-01T00:00:00Z" }, "replaceBy", 422],
  ["a date after the expiration", { replaceBy: "2999-01-01T00:00:00Z" }, "replaceBy", 422],
  ["a comment that is too long", { comment: "x".repeat(501) }, "comment", 400],
  ["a member that it doesn't know", { reason: "superseded" }, "reason", 400],
])("%s is refused with its field, and changes nothing", async (_what, body, path, status) => {
  const { id } = await issue();
  const answer = await request(id, body);
  expect(answer.status).toBe(status);
  expect(JSON.stringify(answer.body["errors"])).toContain(path);
  expect((await call("GET", `/certificates/${id}`, { token })).body["rotationRequest"]).toBe(null);
});

test("what is unknown is 404, what was not requested 409, and a service may request neither for others nor for itself", async () => {
  const { id, identity } = await issue();
  expect((await request("crt_none")).status).toBe(404);
  expect(problemOf(await act(id, "cancel-rotation-request"))).toMatchObject({
    status: 409,
    code: "rotation.not-requested",
  });
  const own = { token: await harness.tokenFor("service", identity) };
  const other = {
    token: await harness.tokenFor("service", await createTestIdentity(harness.deps)),
  };
  expect((await request(id, {}, own)).status).toBe(403);
  expect((await request(id, {}, other)).status).toBe(404);
  expect((await request(id, {}, { token: "none" })).status).toBe(401);
});

test("a bulk action with a date for anything but a request for rotation is refused with the field", async () => {
  const { id } = await issue();
  const body = { act: "hold", ids: [id], replaceBy: inDays(2) };
  const answer = await call("POST", "/bulk-acts/preview", { token, body });
  expect(answer.status).toBe(400);
  expect(JSON.stringify(answer.body["errors"])).toContain("replaceBy");
  const dryRun = await call("POST", "/bulk-acts/preview", {
    token,
    body: { ...body, act: "request-rotation" },
  });
  expect(dryRun.body).toMatchObject({ count: 1, rotation: { acme: 0, others: 1, owners: 1 } });
});
