import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Call, makeCall, problemOf } from "@/testing/api/client";
import { type Harness, openHarness } from "@/testing/harness";

let harness: Harness, call: Call, token: string;
beforeAll(async () => {
  harness = await openHarness();
  call = makeCall(harness.deps);
  token = await harness.tokenFor("admin");
});
afterAll(async () => {
  await harness.close();
});

let named = 0;
const newIdentity = () => ({
  kind: "service",
  name: `payments-${++named}`,
  owner: "payments-team@example.com",
});
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  call("POST", path, { token, body, headers });

describe("an Idempotency-Key", () => {
  const key = () => ({ "idempotency-key": `key-${++named}` });

  test("a second request with the same Idempotency-Key gets the first one's answer and does nothing", async () => {
    const headers = key(),
      body = newIdentity(),
      first = await post("/identities", body, headers);
    const { result: second, entries } = await harness.during(() =>
      post("/identities", { owner: body.owner, name: body.name, kind: body.kind }, headers),
    );
    expect(first.status).toBe(201);
    expect([second.status, second.body]).toEqual([first.status, first.body]);
    expect(second.headers.get("idempotency-replayed")).toBe("true");
    expect(entries).toEqual([
      expect.objectContaining({
        action: "identity.read",
        reason: "replayed for an Idempotency-Key",
      }),
    ]);
  });

  test("an Idempotency-Key reused with another body, or for another operation, is refused", async () => {
    const headers = key(),
      body = newIdentity();
    await post("/identities", body, headers);
    expect(
      problemOf(await post("/identities", { ...body, owner: "other@example.com" }, headers)),
    ).toMatchObject({ status: 422, code: "idempotency.mismatch" });
    expect(problemOf(await post("/tokens", { name: "x", role: "auditor" }, headers))).toMatchObject(
      {
        status: 422,
        code: "idempotency.mismatch",
      },
    );
  });

  test("a request sent twenty times at once with one Idempotency-Key is executed once", async () => {
    const headers = key(),
      body = newIdentity();
    const { result, entries } = await harness.during(() =>
      Promise.all(Array.from({ length: 20 }, () => post("/identities", body, headers))),
    );
    expect(entries.filter((entry) => entry.action === "identity.created")).toHaveLength(1);
    for (const answer of result) {
      if (answer.status === 201) continue;
      expect(problemOf(answer)).toMatchObject({ status: 409, code: "idempotency.running" });
      expect(answer.headers.get("retry-after")).toBe("1");
    }
  });

  test("an Idempotency-Key belongs to its token: another token's request with the same key is a new request", async () => {
    const headers = key(),
      other = await harness.tokenFor("admin");
    expect((await post("/identities", newIdentity(), headers)).status).toBe(201);
    expect(
      (await call("POST", "/identities", { token: other, body: newIdentity(), headers })).status,
    ).toBe(201);
  });

  test("an Idempotency-Key can be used again after a refusal, and after a day", async () => {
    const headers = key(),
      taken = newIdentity();
    await post("/identities", taken);
    expect((await post("/identities", taken, headers)).status).toBe(409);
    expect((await post("/identities", newIdentity(), headers)).status).toBe(201);
    harness.advance(86_401_000);
    expect((await post("/identities", newIdentity(), headers)).status).toBe(201);
  });

  test("an Idempotency-Key whose process died after the commit gives the answer", async () => {
    const headers = key(),
      body = newIdentity(),
      first = await post("/identities", body, headers);
    await harness.asSuper(
      "update idempotency_key set status = null, body = null, backend = 0 where key = $1",
      [headers["idempotency-key"]],
    );
    const second = await post("/identities", body, headers);
    expect([second.status, second.body]).toEqual([201, first.body]);
    expect(second.headers.get("idempotency-replayed")).toBe("true");
  });

  test("no secret is stored for an Idempotency-Key: a repeated answer has null in its place", async () => {
    const headers = key(),
      first = await post("/tokens", { name: "ci", role: "auditor" }, headers),
      second = await post("/tokens", { name: "ci", role: "auditor" }, headers);
    expect(first.body["secret"]).toMatch(/^chy_/);
    expect(second.body).toEqual({ ...first.body, secret: null });
    const user = { email: "key@example.com", name: "K", role: "auditor" },
      userKey = key(),
      made = await post("/users", user, userKey),
      link = String(made.body["link"]);
    expect(link).toMatch(/^\/invitation#chy_inv_[\w-]{43}$/);
    expect((await post("/users", user, userKey)).body).toEqual({ ...made.body, link: null });
    const { rows } = await harness.deps.db.pool.query("select * from idempotency_key");
    expect(JSON.stringify(rows)).not.toMatch(
      new RegExp(`${String(first.body["secret"]).slice(8)}|${link.slice(-43)}`),
    );
  });

  test("an invalid Idempotency-Key is refused", async () => {
    expect(
      problemOf(await post("/identities", newIdentity(), { "idempotency-key": "two words" })),
    ).toMatchObject({ status: 400, code: "idempotency.bad-key" });
  });
});
