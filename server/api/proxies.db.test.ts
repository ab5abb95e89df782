import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createIdentity } from "@/lib/identities/create-identity";
import { type Call, makeCall, problemOf } from "@/testing/api/client";
import { system } from "@/testing/actors";
import { type Harness, openHarness } from "@/testing/harness";
import { replayAndCompare } from "@/testing/api/replay-and-compare";

let harness: Harness,
  call: Call,
  admin: string,
  edge: string,
  person: string,
  made = 0;
beforeAll(async () => {
  harness = await openHarness();
  call = makeCall(harness.deps);
  admin = await harness.tokenFor("admin");
  edge = await identity("service");
  person = await identity("person");
});
afterAll(async () => {
  await harness.close();
});

const identity = async (kind: "service" | "person") =>
  (
    await createIdentity(harness.deps, system, {
      kind,
      name: `${kind}-${++made}`,
      owner: "edge-team@example.com",
      note: "",
    })
  ).result.id;
const post = (path: string, body: object, token = admin) => call("POST", path, { token, body });
const patch = (path: string, body: object) => call("PATCH", path, { token: admin, body });

describe("trusting a proxy", () => {
  test("trusting a proxy is recorded for the proxy and for its identity, and adds the proxy to the list", async () => {
    const { result, entries } = await harness.during(() =>
      post("/proxies", { identity: edge, kind: "nginx", note: "at the edge" }),
    );
    expect(result.status, result.text).toBe(201);
    expect(result.body).toMatchObject({
      identity: { id: edge, name: "service-1" },
      kind: "nginx",
      hops: 1,
      status: "active",
      note: "at the edge",
      entryId: entries[0]?.id,
    });
    expect(entries).toEqual([
      expect.objectContaining({
        action: "proxy.trusted",
        outcome: "success",
        target: { kind: "proxy", id: result.body["id"], label: "service-1" },
        details: expect.objectContaining({
          identityId: edge,
          kind: "nginx",
          hops: 1,
          scopes: "forward-auth",
        }),
      }),
      expect.objectContaining({
        action: "identity.power-granted",
        target: { kind: "identity", id: edge, label: "service-1" },
      }),
    ]);
    expect(result.headers.get("location")).toBe(`/api/v1/proxies/${String(result.body["id"])}`);
    expect((await call("GET", "/proxies", { token: admin })).body["items"]).toEqual([
      expect.objectContaining({ id: result.body["id"] }),
    ]);
    expect(
      (
        await call("GET", `/proxies/${String(result.body["id"])}`, {
          token: await harness.tokenFor("auditor"),
        })
      ).status,
    ).toBe(200);
  });
  test.each<[string, () => object, number, string]>([
    [
      "an identity that does not exist",
      () => ({ identity: "idn_none", kind: "nginx" }),
      422,
      "proxy.identity-unknown",
    ],
    ["a person", () => ({ identity: person, kind: "nginx" }), 422, "proxy.identity-person"],
    ["one that is trusted already", () => ({ identity: edge, kind: "envoy" }), 409, "proxy.exists"],
    [
      "a kind that does not exist",
      () => ({ identity: edge, kind: "haproxy" }),
      400,
      "request.invalid",
    ],
    [
      "more hops than the limit",
      () => ({ identity: edge, kind: "nginx", hops: 17 }),
      400,
      "request.invalid",
    ],
    ["half a hop", () => ({ identity: edge, kind: "nginx", hops: 0.5 }), 400, "request.invalid"],
    [
      "fewer than none",
      () => ({ identity: edge, kind: "nginx", hops: -1 }),
      400,
      "request.invalid",
    ],
    ["nobody", () => ({ kind: "nginx" }), 400, "request.invalid"],
  ])("trusting %s is refused", async (_what, body, status, code) => {
    expect(problemOf(await post("/proxies", body()))).toMatchObject({ status, code });
  });
  test("only administrators can trust a proxy", async () => {
    const free = await identity("service");
    for (const role of ["operator", "approver", "auditor"] as const)
      expect(
        (await post("/proxies", { identity: free, kind: "nginx" }, await harness.tokenFor(role)))
          .status,
      ).toBe(403);
    expect(
      (
        await post(
          "/proxies",
          { identity: free, kind: "nginx" },
          await harness.tokenFor("service", free),
        )
      ).status,
    ).toBe(403);
  });
  test("two concurrent requests to trust the same proxy trust it once", async () => {
    const free = await identity("service");
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => post("/proxies", { identity: free, kind: "nginx" })),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      201, 409, 409, 409,
    ]);
  });
});

describe("changing and removing a proxy", () => {
  test("updating or removing a proxy records what changed, or that nothing changed", async () => {
    const id = String(
      (await post("/proxies", { identity: await identity("service"), kind: "nginx" })).body["id"],
    );
    const { entries } = await harness.during(async () => {
      expect((await patch(`/proxies/${id}`, { kind: "envoy", hops: 2 })).body).toMatchObject({
        kind: "envoy",
        hops: 2,
      });
      expect((await patch(`/proxies/${id}`, { hops: 2 })).status).toBe(200);
      expect((await post(`/proxies/${id}/remove`, { comment: "moved" })).body).toMatchObject({
        status: "removed",
      });
      expect((await call("POST", `/proxies/${id}/remove`, { token: admin })).status).toBe(200);
      expect(problemOf(await patch(`/proxies/${id}`, { hops: 3 }))).toMatchObject({
        status: 409,
        code: "proxy.removed",
      });
    });
    expect(
      entries.map(({ action, reason, details }) => [
        action,
        reason,
        details["changes"] ?? details["comment"] ?? details["code"] ?? details["power"],
      ]),
    ).toEqual([
      [
        "proxy.updated",
        null,
        { kind: { from: "nginx", to: "envoy" }, hops: { from: "1", to: "2" } },
      ],
      ["proxy.updated", "no-change", {}],
      ["proxy.removed", null, "moved"],
      ["identity.power-removed", null, "proxy"],
      ["proxy.removed", "no-change", ""],
      ["request.refused", null, "proxy.removed"],
    ]);
  });
  test("a removed proxy that is trusted again keeps its id", async () => {
    const owner = await identity("service"),
      { body } = await post("/proxies", { identity: owner, kind: "nginx" });
    await post(`/proxies/${String(body["id"])}/remove`, {});
    const { result, entries } = await harness.during(() =>
      post("/proxies", { identity: owner, kind: "traefik", hops: 0 }),
    );
    expect(result.body).toMatchObject({
      id: body["id"],
      kind: "traefik",
      hops: 0,
      status: "active",
    });
    expect(entries[0]).toMatchObject({
      action: "proxy.updated",
      details: {
        changes: {
          status: { from: "removed", to: "active" },
          kind: { from: "nginx", to: "traefik" },
          hops: { from: "1", to: "0" },
        },
      },
    });
  });
  test("changing or removing a proxy that does not exist is a 404", async () => {
    for (const answer of [
      await patch("/proxies/prx_none", { hops: 1 }),
      await post("/proxies/prx_none/remove", {}),
      await call("GET", "/proxies/prx_none", { token: admin }),
    ])
      expect(problemOf(answer)).toMatchObject({ status: 404, code: "proxy.not-found" });
  });
});

describe("the networks of an identity", () => {
  test("an identity's networks are normalized and deduplicated, and a change of them is recorded in the audit log", async () => {
    const { result, entries } = await harness.during(async () => {
      const created = await post("/identities", {
        kind: "service",
        name: "bound",
        owner: "x@example.com",
        networks: ["10.20.30.40/16", "2001:DB8::/32", "::ffff:10.20.0.0/112", "192.0.2.7"],
      });
      return [
        created,
        await patch(`/identities/${String(created.body["id"])}`, { networks: ["192.0.2.0/24"] }),
        await patch(`/identities/${String(created.body["id"])}`, { note: "x" }),
        await patch(`/identities/${String(created.body["id"])}`, { networks: [] }),
      ];
    });
    expect(result.map(({ body }) => body["networks"])).toEqual([
      ["10.20.0.0/16", "2001:db8::/32", "192.0.2.7/32"],
      ["192.0.2.0/24"],
      ["192.0.2.0/24"],
      [],
    ]);
    expect(entries.map(({ details }) => details["networks"] ?? details["changes"])).toEqual([
      "10.20.0.0/16, 2001:db8::/32, 192.0.2.7/32",
      { networks: { from: "10.20.0.0/16, 2001:db8::/32, 192.0.2.7/32", to: "192.0.2.0/24" } },
      { note: { from: "", to: "x" } },
      { networks: { from: "192.0.2.0/24", to: "" } },
    ]);
  });
  test.each([
    ["10.0.0.0/33"],
    ["example.com"],
    ["10.0.0.0/8,10.1.0.0/16"],
    ["10.0.0.256"],
    ["fe80::1%eth0"],
  ])("an invalid network of an identity is refused: %s", async (wrong) => {
    const answer = await post("/identities", {
      kind: "service",
      name: "unbound",
      owner: "x@example.com",
      networks: ["192.0.2.0/24", wrong],
    });
    expect([400, 422]).toContain(answer.status);
    expect(answer.text).toContain("networks.1");
    expect((await call("GET", "/identities?q=unbound", { token: admin })).body["items"]).toEqual(
      [],
    );
  });
  test("networks and proxies match the audit log, and a change that bypasses the log is detected", async () => {
    expect(await replayAndCompare(harness)).toEqual([]);
    const problems = await replayAndCompare(harness, [
      "update identity set networks = '{0.0.0.0/0}' where name = 'bound'",
      "update proxy set hops = 9 where kind = 'envoy'",
      "update proxy set status = 'active' where status = 'removed'",
    ]);
    expect(problems.join("\n")).toMatch(/networks is 0\.0\.0\.0\/0 in the table/);
    expect(problems.join("\n")).toMatch(/hops is 9 in the table/);
    expect(problems.join("\n")).toMatch(
      /status is active in the table, but removed according to the log/,
    );
  });
});
