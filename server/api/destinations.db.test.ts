import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Call, makeCall } from "@/testing/api/client";
import { type Harness, openHarness } from "@/testing/harness";
import { closeReceivers, httpReceiver } from "@/testing/delivery/receivers";

let harness: Harness, call: Call, admin: string, auditor: string;
beforeAll(async () => {
  harness = await openHarness();
  call = makeCall({
    ...harness.deps,
    delivery: { key: new Uint8Array(randomBytes(32)), allow: ["127.0.0.1/32"] },
  });
  [admin, auditor] = [await harness.tokenFor("admin"), await harness.tokenFor("auditor")];
});
afterAll(async () => {
  await closeReceivers();
  await harness.close();
});

const webhook = (url: string) => ({ kind: "webhook", url });

test("a destination is added, read, changed, tested, listed with its history, and removed", async () => {
  const receiver = await httpReceiver(),
    body = { name: "hook", config: webhook(`http://127.0.0.1:${receiver.port}/in?team=a`) };
  const made = await call("POST", "/destinations", { token: admin, body }),
    id = String(made.body["id"]);
  expect(made).toMatchObject({
    status: 201,
    body: {
      kind: "webhook",
      name: "hook",
      status: "active",
      minSeverity: "medium",
      hasSecret: true,
      waiting: 0,
      last: null,
      secret: expect.stringMatching(/^chw_/) as unknown,
    },
  });
  expect((await call("GET", `/destinations/${id}`, { token: auditor })).body).not.toHaveProperty(
    "secret",
  );
  expect(
    await call("PATCH", `/destinations/${id}`, {
      token: admin,
      body: { minSeverity: "critical", status: "paused" },
    }),
  ).toMatchObject({ status: 200, body: { minSeverity: "critical", status: "paused" } });
  const { result: tested, entries } = await harness.during(() =>
    call("POST", `/destinations/${id}/test`, { token: admin }),
  );
  expect(tested).toMatchObject({
    status: 200,
    body: { ok: true, answer: "200 OK", delivery: { reason: "test", status: "sent" } },
  });
  expect(entries.map(({ action }) => action)).toEqual(["destination.tested"]);
  expect(
    (await call("GET", `/destinations/${id}/deliveries`, { token: auditor })).body,
  ).toMatchObject({
    items: [{ reason: "test", attempts: [{ n: 1, ok: true }] }],
    nextCursor: null,
  });
  expect((await call("GET", "/destinations", { token: auditor })).body).toMatchObject({
    items: [{ id, last: { ok: true, answer: "200 OK" } }],
  });
  expect(
    await call("POST", `/destinations/${id}/remove`, { token: admin, body: { comment: "moved" } }),
  ).toMatchObject({ status: 200, body: { status: "removed" } });
  expect((await call("GET", "/destinations", { token: admin })).body).toMatchObject({ items: [] });
});

test("a repeated answer for an Idempotency-Key has no signing key, and the destination exists once", async () => {
  const ask = () =>
    call("POST", "/destinations", {
      token: admin,
      body: { name: "once", config: webhook("https://hooks.example.com/") },
      headers: { "idempotency-key": "a-key" },
    });
  const first = await ask(),
    second = await ask();
  expect([
    first.body["id"] === second.body["id"],
    typeof first.body["secret"],
    second.body["secret"],
  ]).toEqual([true, "string", null]);
});

test("a failed test of a destination is answered with what went wrong", async () => {
  const {
    body: { id },
  } = await call("POST", "/destinations", {
    token: admin,
    body: { name: "unreachable", config: webhook("http://hooks.invalid/") },
  });
  expect(await call("POST", `/destinations/${String(id)}/test`, { token: admin })).toMatchObject({
    status: 200,
    body: {
      ok: false,
      answer: expect.stringMatching(/hooks\.invalid could not be resolved/) as unknown,
      delivery: { status: "failed" },
    },
  });
});

test.each([
  [{ name: "x", config: webhook("http://169.254.169.254/latest") }, 422, "config.url"],
  [{ name: "x", config: { kind: "webhook", url: "ftp://a.example.com" } }, 400, "config.url"],
  [{ name: "", config: webhook("https://a.example.com") }, 400, "name"],
  [
    { name: "x", config: { kind: "email", host: "192.0.2.25", from: "a@example.com", to: [] } },
    400,
    "config.to",
  ],
  [{ name: "x", config: { kind: "pager" } }, 400, "config.kind"],
  [{ name: "x", config: { kind: "slack" } }, 422, "secret"],
  [{ name: "once", config: webhook("https://a.example.com") }, 409, "name"],
  [{ name: "x", config: webhook("https://a.example.com"), sealed: "AA" }, 400, "sealed"],
])("a destination with %j is refused at its field", async (body, status, path) => {
  expect(await call("POST", "/destinations", { token: admin, body })).toMatchObject({
    status,
    body: { errors: [{ path }] },
  });
});
