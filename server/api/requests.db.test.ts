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
  ])("the body %j is answered %i %s", async (content, status, code) => {
    const { result, entries } = await harness.during(() => raw(content));
    expect(problemOf(result)).toMatchObject({ status, code });
    expect(result.headers.get("content-type")).toBe("application/problem+json");
    expect(entries).toEqual([
      expect.objectContaining({
        action: "request.refused",
        outcome: "failure",
        details: expect.objectContaining({ code, status }) as unknown,
      }),
    ]);
  });

  test("the error for a malformed body names line and column, and for an unknown field the field", async () => {
    expect(problemOf(await raw('{"kind": "service",\n "name": }'))).toMatchObject({
      line: 2,
      column: 10,
    });
    const { body } = await post("/identities", { ...newIdentity(), owners: "x", "": 1 });
    expect(body["errors"]).toEqual([
      expect.objectContaining({ path: "owners", code: "field.unknown" }),
      expect.objectContaining({ path: "", code: "field.unknown" }),
    ]);
  });

  test("a body of another type, or a compressed one, is a 415; JSON with a charset is accepted", async () => {
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "", "application/jsonp"])
      expect(problemOf(await raw("{}", { "content-type": type })), type).toMatchObject({
        status: 415,
        code: "request.content-type",
      });
    expect(problemOf(await raw("{}", { "content-encoding": "gzip" }))).toMatchObject({
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

  test("a body of 10 MB is refused by its Content-Length before it is read, and while it is read without one", async () => {
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
    expect(problemOf(await raw(rubbish, { "content-length": "10000000" }))).toMatchObject({
      status: 413,
      code: "request.too-large",
    });
    expect(problemOf(await raw(chunks()))).toMatchObject({
      status: 413,
      code: "request.too-large",
    });
    expect(pulled).toBeLessThan(30);
    expect(problemOf(await raw(rubbish.subarray(0, 1_048_576)))).toMatchObject({
      status: 400,
      code: "request.bad-json",
    });
  });

  test("the body is not read before the token is verified", async () => {
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
  ])("the filter %s is refused, not ignored", async (query) => {
    expect(problemOf(await call("GET", `/identities${query}`, { token }))).toMatchObject({
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
    "/audit/events?from=2026-01-03&to=2026-01-02",
    "/audit/events?period=24h&to=2020-01-01",
    "/audit/events?q=plan%20b",
    "/audit/events?q=%2D%2D",
    `/audit/events?q=${encodeURIComponent("日".repeat(84))}`,
    "/audit/events?q=w1+w2+w3+w4+w5+w6+w7+w8+w9+w10+w11+w12+w13",
    "/audit/events?outcome=denied&outcome=success",
    "/audit/events?targt=crt_1",
    "/audit/histogram?q=7",
    "/audit/export?from=2026-01-03&to=2026-01-02",
    "/audit/export?q=7",
  ])("the filter %s is a 400 or 422 with a clear message", async (path) => {
    const answer = await call("GET", path, { token });
    expect([400, 422], answer.text).toContain(answer.status);
    expect(answer.body["detail"]).not.toBe("");
  });

  test("a filter limits the list to what matches it", async () => {
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
      details: expect.objectContaining({
        method: "GET",
        path: `/api/v1/identities/${String(body["id"])}`,
        status: 200,
      }),
    }),
  ]);
});

test("events are listed oldest first, including the one that was just recorded", async () => {
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

test("an export streams what the filter matches, and is itself recorded in the audit log", async () => {
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
  expect(problemOf(await call("GET", "/audit/export?format=xml", { token }))).toMatchObject({
    status: 400,
  });
});

test("an unknown resource is a 404 with the code of its kind", async () => {
  for (const [path, code] of [
    ["/identities/idn_none", "identity.not-found"],
    ["/tokens/tok_none", "token.not-found"],
    ["/users/usr_none", "account.not-found"],
    ["/audit/events/ent_none", "entry.not-found"],
    ["/profiles/none", "profile.not-found"],
  ] as const) {
    expect(problemOf(await call("GET", path, { token })), path).toMatchObject({
      status: 404,
      code,
    });
  }
});
