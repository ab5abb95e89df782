import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeCall, told, type Call } from "./testing/client";
import { openHarness, type Harness } from "./testing/harness";

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
const raw = (content: BodyInit, headers: Record<string, string> = {}) =>
  call("POST", "/identities", { token, raw: content, headers });

describe("a body", () => {
  test.each([
    ["", 400, "request.no-body"],
    ["{", 400, "request.bad-json"],
    ['{"kind":"service",}', 400, "request.bad-json"],
    ["null", 400, "request.invalid"],
    ["[]", 400, "request.invalid"],
    ['"text"', 400, "request.invalid"],
    ["{}", 400, "request.invalid"],
    ['{"kind":"robot","name":"a","owner":"b"}', 400, "request.invalid"],
    ['{"kind":"service","name":"a\\u0000b","owner":"b"}', 400, "request.invalid"],
  ])("%j is answered %i %s", async (content, status, code) => {
    const { result, entries } = await harness.during(() => raw(content));
    expect(told(result)).toMatchObject({ status, code });
    expect(result.headers.get("content-type")).toBe("application/problem+json");
    expect(entries).toEqual([
      expect.objectContaining({
        action: "request.refused",
        outcome: "failure",
        details: expect.objectContaining({ code, status }) as unknown,
      }),
    ]);
  });

  test("with a mistake names its line and column, with an unknown field names the field", async () => {
    expect(told(await raw('{"kind": "service",\n "name": }'))).toMatchObject({
      line: 2,
      column: 10,
    });
    const { body } = await post("/identities", { ...newIdentity(), owners: "x", "": 1 });
    expect(body["errors"]).toEqual([
      expect.objectContaining({ path: "owners", code: "field.unknown" }),
      expect.objectContaining({ path: "", code: "field.unknown" }),
    ]);
  });

  test("of another type, or compressed, is a 415; JSON with a charset is JSON", async () => {
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "", "application/jsonp"])
      expect(told(await raw("{}", { "content-type": type })), type).toMatchObject({
        status: 415,
        code: "request.content-type",
      });
    expect(told(await raw("{}", { "content-encoding": "gzip" }))).toMatchObject({
      status: 415,
      code: "request.content-encoding",
    });
    expect(
      (
        await raw(JSON.stringify(newIdentity()), {
          "content-type": "Application/JSON; charset=utf-8",
        })
      ).status,
    ).toBe(201);
  });

  test("of 10 MB is refused by its announced length before it is read, and in the middle when it does not say", async () => {
    const rubbish = new Uint8Array(10_000_000).fill(0x7b);
    let pulled = 0;
    const chunks = () =>
      new ReadableStream<Uint8Array>({
        pull(controller) {
          pulled++;
          if (pulled > 160) controller.close();
          else controller.enqueue(rubbish.subarray(0, 65_536));
        },
      });
    expect(told(await raw(rubbish, { "content-length": "10000000" }))).toMatchObject({
      status: 413,
      code: "request.too-large",
    });
    expect(told(await raw(chunks()))).toMatchObject({ status: 413, code: "request.too-large" });
    expect(pulled).toBeLessThan(30);
    expect(told(await raw(rubbish.subarray(0, 1_048_576)))).toMatchObject({
      status: 400,
      code: "request.bad-json",
    });
  });

  test("is not looked at before the token", async () => {
    expect((await call("POST", "/identities", { raw: "{", token: "chy_wrong" })).status).toBe(401);
    expect(
      (
        await call("POST", "/identities", {
          raw: new Uint8Array(10),
          headers: { "content-length": "99999999" },
        })
      ).status,
    ).toBe(401);
  });
});

describe("a filter", () => {
  test.each([
    "?stat=valid",
    "?limit=0",
    "?limit=201",
    "?limit=ten",
    "?kind=robot",
    "?kind=service&kind=device",
    "?limit=5&limit=6",
  ])("%s is refused, and not ignored", async (query) => {
    expect(told(await call("GET", `/identities${query}`, { token }))).toMatchObject({
      status: 400,
      code: "request.invalid",
    });
  });

  test.each([
    "/tokens?cursor=%00",
    "/audit/events?cursor=tampered",
    "/audit/events?cursor=MQ",
    "/audit/events?cursor=eyJzZXEiOjF9",
    "/audit/events?ip=999.1.1.1",
    "/audit/events?from=yesterday",
  ])("%s is a clear 400 or 422", async (path) => {
    const answer = await call("GET", path, { token });
    expect([400, 422], answer.text).toContain(answer.status);
    expect(answer.body["detail"]).not.toBe("");
  });

  test("narrows the list to what it names", async () => {
    const { body } = await post("/identities", { ...newIdentity(), kind: "device" });
    const list = await call("GET", "/identities?kind=device", { token });
    expect((list.body["items"] as { id: string }[]).map((row) => row.id)).toEqual([body["id"]]);
  });
});

test("a list is paged by its cursor to the end, without a gap or a repeat", async () => {
  for (let i = 0; i < 5; i++) await post("/identities", newIdentity());
  const all = (
      (await call("GET", "/identities?limit=200", { token })).body["items"] as { id: string }[]
    ).map((row) => row.id),
    seen: string[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const { body } = await call(
      "GET",
      `/identities?limit=2${cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`}`,
      { token },
    );
    seen.push(...(body["items"] as { id: string }[]).map((row) => row.id));
    cursor = body["nextCursor"] as string | null;
  }
  expect(seen).toEqual(all);
});

describe("an Idempotency-Key", () => {
  const key = () => ({ "idempotency-key": `key-${++named}` });

  test("makes a second request get the first one's answer and do nothing", async () => {
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
      expect.objectContaining({ action: "identity.read", reason: "answered from memory" }),
    ]);
  });

  test("with another body, or for another operation, is refused", async () => {
    const headers = key(),
      body = newIdentity();
    await post("/identities", body, headers);
    expect(
      told(await post("/identities", { ...body, owner: "other@example.com" }, headers)),
    ).toMatchObject({ status: 422, code: "idempotency.mismatch" });
    expect(told(await post("/tokens", { name: "x", role: "auditor" }, headers))).toMatchObject({
      status: 422,
      code: "idempotency.mismatch",
    });
  });

  test("sent twenty times at once acts once", async () => {
    const headers = key(),
      body = newIdentity();
    const { result, entries } = await harness.during(() =>
      Promise.all(Array.from({ length: 20 }, () => post("/identities", body, headers))),
    );
    expect(entries.filter((entry) => entry.action === "identity.created")).toHaveLength(1);
    for (const answer of result) {
      if (answer.status === 201) continue;
      expect(told(answer)).toMatchObject({ status: 409, code: "idempotency.running" });
      expect(answer.headers.get("retry-after")).toBe("1");
    }
  });

  test("belongs to its owner: the same key of another token is another key", async () => {
    const headers = key(),
      other = await harness.tokenFor("admin");
    expect((await post("/identities", newIdentity(), headers)).status).toBe(201);
    expect(
      (await call("POST", "/identities", { token: other, body: newIdentity(), headers })).status,
    ).toBe(201);
  });

  test("is free again after a refusal, and after a day", async () => {
    const headers = key(),
      taken = newIdentity();
    await post("/identities", taken);
    expect((await post("/identities", taken, headers)).status).toBe(409);
    expect((await post("/identities", newIdentity(), headers)).status).toBe(201);
    harness.pass(86_401);
    expect((await post("/identities", newIdentity(), headers)).status).toBe(201);
  });

  test("of a request that died with its process is told apart from one at work", async () => {
    const headers = key(),
      body = newIdentity();
    await post("/identities", body, headers);
    await harness.deps.db.pool.query(
      "update idempotency_key set status = null, body = null where key = $1",
      [headers["idempotency-key"]],
    );
    expect(told(await post("/identities", body, headers))).toMatchObject({
      status: 409,
      code: "idempotency.running",
    });
    harness.pass(601);
    expect(told(await post("/identities", body, headers))).toMatchObject({
      status: 409,
      code: "idempotency.interrupted",
    });
  });

  test("never keeps a secret: a repeated answer shows null in its place", async () => {
    const headers = key(),
      first = await post("/tokens", { name: "ci", role: "auditor" }, headers),
      second = await post("/tokens", { name: "ci", role: "auditor" }, headers);
    expect(first.body["secret"]).toMatch(/^chy_/);
    expect(second.body).toEqual({ ...first.body, secret: null });
    const user = {
      email: "key@example.com",
      name: "K",
      role: "auditor",
      password: "correct horse battery staple",
    };
    await post("/users", user, key());
    const { rows } = await harness.deps.db.pool.query("select * from idempotency_key");
    expect(JSON.stringify(rows)).not.toMatch(
      new RegExp(`${String(first.body["secret"]).slice(8)}|battery`),
    );
  });

  test("that is none is refused", async () => {
    expect(
      told(await post("/identities", newIdentity(), { "idempotency-key": "two words" })),
    ).toMatchObject({ status: 400, code: "idempotency.bad-key" });
  });
});

test("the API's reads are entries with method, path and target, written before the answer", async () => {
  const { body } = await post("/identities", newIdentity());
  const { entries } = await harness.during(() =>
    call("GET", `/identities/${String(body["id"])}`, { token }),
  );
  expect(entries).toEqual([
    expect.objectContaining({
      action: "identity.read",
      outcome: "success",
      target: { kind: "identity", id: body["id"], label: body["name"] },
      details: { method: "GET", path: `/api/v1/identities/${String(body["id"])}`, status: 200 },
    }),
  ]);
});

test("events are told oldest first, and include the one that was just recorded", async () => {
  const { body } = await post("/identities", newIdentity());
  await post(`/identities/${String(body["id"])}/suspend`, { comment: "on leave" });
  await call("POST", `/identities/${String(body["id"])}/activate`, { token });
  const { body: found } = await call("GET", `/audit/events?target=${String(body["id"])}`, {
    token,
  });
  expect((found["items"] as { action: string }[]).map((row) => row.action)).toEqual([
    "identity.created",
    "identity.suspended",
    "identity.activated",
  ]);
});

test("an export streams what the filter matches, and is itself on the record", async () => {
  const { body } = await post("/identities", newIdentity());
  await call("GET", `/audit/events?target=${String(body["id"])}`, { token });
  const { result, entries } = await harness.during(() =>
    call("GET", `/audit/export?target=${String(body["id"])}&format=jsonl`, { token }),
  );
  expect(result.status).toBe(200);
  expect(result.headers.get("content-type")).toContain("application/jsonl");
  expect(result.headers.get("chancery-export-count")).toBe("1");
  expect(
    result.text
      .trimEnd()
      .split("\n")
      .map((line) => Object.keys(JSON.parse(line) as object)[0]),
  ).toEqual(["export", "seq", "end"]);
  expect(entries.map((entry) => entry.action)).toEqual(["audit.exported"]);
  expect(told(await call("GET", "/audit/export?format=xml", { token }))).toMatchObject({
    status: 400,
  });
});

test("what is not there is a 404 with the noun's own code", async () => {
  for (const [path, code] of [
    ["/identities/idn_none", "identity.not-found"],
    ["/tokens/tok_none", "token.not-found"],
    ["/users/usr_none", "account.not-found"],
    ["/audit/events/ent_none", "entry.not-found"],
    ["/profiles/none", "profile.not-found"],
  ] as const) {
    expect(told(await call("GET", path, { token })), path).toMatchObject({ status: 404, code });
  }
});
