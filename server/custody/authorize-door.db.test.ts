import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { closeDatabase, openDatabase } from "@/lib/db/database";
import { suspendIdentity } from "@/lib/identities/set-identity-status";
import type { EntryRecord } from "@/lib/log/types";
import { createPolicy } from "@/lib/policies/create-policy";
import { policyInput } from "@/lib/policies/schema";
import { updatePolicy } from "@/lib/policies/update-policy";
import { proxyKinds } from "@/lib/proxies/schema";
import type { ProxyKind } from "@/lib/proxies/schema";
import { forwardedBy, speaker, trust } from "@/server/custody/testing/ask";
import type { Asking, Told } from "@/server/custody/testing/ask";
import { openRealDoor, until } from "@/server/custody/testing/real-door";
import type { Client, RealDoor } from "@/server/custody/testing/real-door";
import { testActor } from "@/server/signer/testing/make-test-house";

type Edge = Readonly<{ own: Client; ask: (asking?: Asking) => Promise<Told>; close: () => void }>;
let door: RealDoor, edges: Readonly<Record<ProxyKind, Edge>>, client: Client, policyId: string;
const admin = testActor();

beforeAll(async () => {
  door = await openRealDoor();
  const made = await Promise.all(
    proxyKinds.map(async (kind): Promise<[ProxyKind, Edge]> => {
      const own = await door.issue(`edge-${kind}`);
      await trust(door.house.deps, own.identityId, kind);
      return [kind, { own, ...speaker(door, own) }];
    }),
  );
  edges = Object.fromEntries(made) as Record<ProxyKind, Edge>;
  client = await door.issue("payments");
  const policy = policyInput.parse({
    service: "payments",
    name: "Payments",
    rules: [
      { name: "no admin", effect: "deny", paths: ["/admin/**"] },
      { name: "Zahlung für 100%", effect: "allow", methods: ["PUT"], paths: ["/v1/**"] },
      {
        name: "payments",
        effect: "allow",
        identities: [client.identityId],
        methods: ["GET", "HEAD", "POST", "OPTIONS"],
        paths: ["/v1/**"],
        networks: ["10.0.0.0/8"],
      },
    ],
  });
  policyId = (await createPolicy(door.house.deps, admin, policy)).id;
});
afterAll(async () => {
  for (const { close } of Object.values(edges)) close();
  await door.close();
});

/** What forward auth and the door put on the record meanwhile. */
async function during<T>(act: () => Promise<T>): Promise<{ result: T; entries: EntryRecord[] }> {
  const requests = async () =>
    (await door.entries()).filter(({ action }) => action.startsWith("request."));
  const before = (await requests()).length,
    result = await act();
  return { result, entries: (await requests()).slice(before) };
}
const nginx = (
  passed: Partial<Parameters<typeof forwardedBy.nginx>[0]> = {},
  over: Asking = {},
): Promise<Told> => {
  const asking = forwardedBy.nginx({ cert: client.cert, ...passed });
  return edges.nginx.ask({ ...asking, ...over, headers: { ...asking.headers, ...over.headers } });
};

describe.each(proxyKinds)("%s", (kind) => {
  const ask = (passed: Partial<Parameters<typeof forwardedBy.nginx>[0]> = {}) =>
    edges[kind].ask(forwardedBy[kind]({ cert: client.cert, ...passed }));

  test("hears yes with who it is for, and the record says the same", async () => {
    const { result, entries } = await during(() =>
      ask({ target: "/v1/orders?secret=1", method: "POST" }),
    );
    expect([result.status, result.body, entries.length]).toEqual([200, "", 1]);
    const [entry] = entries,
      { certificate } = client;
    expect(result.headers).toMatchObject({
      "x-chancery-identity": "payments",
      "x-chancery-identity-id": client.identityId,
      "x-chancery-identity-kind": "service",
      "x-chancery-certificate": certificate.id,
      "x-chancery-serial": certificate.serial,
      "x-chancery-fingerprint": certificate.fingerprintSha256,
      "x-chancery-profile": "tls-client-service",
      "x-chancery-rule": "payments",
      "x-chancery-entry": entry?.id,
      "x-chancery-request": entry?.requestId,
      "cache-control": "no-store",
    });
    expect(entry).toMatchObject({
      action: "request.authorized",
      outcome: "success",
      actor: { kind: "certificate", id: certificate.id, label: "payments" },
      credential: {
        certificateId: certificate.id,
        serial: certificate.serial,
        fingerprintSha256: certificate.fingerprintSha256,
      },
      target: { kind: "policy", id: policyId, label: "payments" },
      origin: { ip: "10.0.0.7", via: [`edge-${kind}`, "mtls"] },
      details: {
        service: "payments",
        method: "POST",
        path: "/v1/orders",
        proxy: `edge-${kind}`,
        rule: "payments",
        policyVersion: 1,
      },
    });
    expect(JSON.stringify(entry)).not.toContain("secret");
  });
  test("hears no for what the policy does not allow, each with its code and one entry", async () => {
    const asked = [
      { target: "/admin/x" },
      { target: "/v2" },
      { method: "DELETE" },
      { from: "192.0.2.9" },
      { from: "10.0.0.7, 192.0.2.9" },
      { target: "/v1/../admin" },
      { target: "/v1/%2e%2e/admin" },
      { target: "/v1//x" },
      { cert: null },
    ] as const;
    const { result, entries } = await during(async () => {
      const told = [];
      for (const one of asked) told.push(await ask(one));
      return told;
    });
    const codes = [
      "policy.denied",
      "policy.no-rule",
      "policy.no-rule",
      "policy.no-rule",
      "policy.no-rule",
      "policy.path",
      "policy.path",
      "policy.path",
      "certificate.missing",
    ];
    expect(result.map(({ status, headers }) => [status, headers["x-chancery-reason"]])).toEqual(
      codes.map((code) => [code === "certificate.missing" ? 401 : 403, code]),
    );
    expect(
      entries.map(({ action, outcome, details }) => [action, outcome, details["code"]]),
    ).toEqual(codes.map((code) => ["request.denied", "denied", code]));
    for (const { problem, headers } of result) {
      expect(problem).toMatchObject({
        status: expect.any(Number) as number,
        code: headers["x-chancery-reason"],
        title: expect.stringMatching(/\w/) as string,
        detail: expect.stringMatching(/\w[.…]$/) as string,
      });
      expect(
        Object.keys(headers).filter(
          (name) => name.startsWith("x-chancery-identity") || name === "x-chancery-entry",
        ),
      ).toEqual([]);
    }
  });
});

describe("the certificate decides first", () => {
  test("revoked, suspended, of servers, and unreadable ones are refused with their codes, under the certificate's own name", async () => {
    const [revoked, suspended, server] = [
      await door.issue("revoked"),
      await door.issue("suspended"),
      await door.issue("server", { profile: "tls-server" }),
    ];
    expect((await nginx({ cert: revoked.cert, method: "PUT" })).status).toBe(200);
    await revokeCertificate(door.house.deps, admin, revoked.certificate.id, {
      reason: "keyCompromise",
      comment: "",
    });
    await suspendIdentity(door.house.deps, admin, suspended.identityId, { comment: "" });
    const cases = [
      [revoked, 401, "certificate.revoked"],
      [suspended, 403, "identity.suspended"],
      [server, 403, "certificate.usage"],
    ] as const;
    for (const [{ cert, certificate }, status, code] of cases) {
      const { result, entries } = await during(() => nginx({ cert, method: "PUT" }));
      expect([result.status, result.problem["code"], result.headers["x-chancery-reason"]]).toEqual([
        status,
        code,
        code,
      ]);
      expect(entries).toMatchObject([
        {
          action: "request.denied",
          actor: { kind: "certificate", id: certificate.id },
          target: { id: policyId },
          details: { code, status, rule: null },
        },
      ]);
    }
    const { result, entries } = await during(() =>
      nginx({}, { headers: { "x-ssl-client-cert": "rubbish" } }),
    );
    expect([result.status, result.problem["code"]]).toEqual([401, "certificate.unreadable"]);
    expect(entries).toMatchObject([
      {
        actor: { kind: "anonymous" },
        credential: null,
        details: { code: "certificate.unreadable" },
      },
    ]);
  });
});

describe("who may ask", () => {
  test("nobody but a trusted proxy: a client, a proxy's own client, and nobody are refused, whatever headers they send", async () => {
    const stranger = speaker(door, client),
      nobody = speaker(door, null),
      forged = forwardedBy.nginx({ cert: edges.nginx.own.cert });
    for (const [who, actor] of [
      [stranger, { kind: "certificate", id: client.certificate.id }],
      [nobody, { kind: "anonymous", id: null }],
    ] as const) {
      for (const asking of [{}, forged, forwardedBy.envoy({ cert: client.cert })]) {
        const { result, entries } = await during(() => who.ask(asking));
        expect([result.status, result.problem["code"]]).toEqual([403, "proxy.unknown"]);
        expect(entries).toMatchObject([
          {
            action: "request.refused",
            outcome: "denied",
            actor,
            details: { code: "proxy.unknown", status: 403 },
          },
        ]);
      }
    }
    const plain = await fetch(`${door.httpUrl()}/api/v1/authorize?service=payments`, {
      headers: forged.headers as Record<string, string>,
    });
    expect([plain.status, ((await plain.json()) as { code: string }).code]).toEqual([
      403,
      "proxy.unknown",
    ]);
    stranger.close();
    nobody.close();
  });
  test("a proxy whose own certificate is revoked is no proxy any more, on the connection that it has open", async () => {
    const own = await door.issue("edge-gone"),
      edge = speaker(door, own);
    await trust(door.house.deps, own.identityId, "nginx");
    expect((await edge.ask(forwardedBy.nginx({ cert: client.cert }))).status).toBe(200);
    await revokeCertificate(door.house.deps, admin, own.certificate.id, {
      reason: "keyCompromise",
      comment: "",
    });
    expect((await edge.ask(forwardedBy.nginx({ cert: client.cert }))).status).not.toBe(200);
    edge.close();
  });
});

describe("what is asked has to be clear", () => {
  test.each<readonly [string, Asking, string]>([
    ["no service", { path: "/api/v1/authorize" }, "policy.unknown"],
    [
      "two services",
      { path: "/api/v1/authorize?service=payments&service=other" },
      "policy.unknown",
    ],
    ["a service without a policy", { path: "/api/v1/authorize?service=other" }, "policy.unknown"],
    ["no target", { headers: { "x-original-uri": "" } }, "proxy.unclear"],
    ["no method", { headers: { "x-original-method": "" } }, "proxy.unclear"],
    ["two targets", { headers: { "x-original-uri": ["/v1", "/admin"] } }, "proxy.unclear"],
    ["a method that is none", { headers: { "x-original-method": "GET /" } }, "proxy.unclear"],
    ["a method in small letters", { headers: { "x-original-method": "get" } }, "policy.method"],
  ])("%s is a no", async (_name, over, code) => {
    const { result, entries } = await during(() => nginx({}, over));
    expect([result.status, result.problem["code"]]).toEqual([403, code]);
    expect(entries).toMatchObject([{ action: "request.denied", details: { code } }]);
  });
});

describe("however the question comes", () => {
  test.each(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "PROPFIND"])(
    "by %s, with a body or without, it is answered and the connection goes on",
    async (method) => {
      expect(
        (
          await nginx(
            {},
            {
              method,
              ...(method === "HEAD"
                ? {}
                : { body: "x".repeat(100_000), headers: { "content-length": "100000" } }),
            },
          )
        ).status,
      ).toBe(200);
      const refused = await nginx({ target: "/admin" }, { method });
      expect([refused.status, refused.body === ""]).toEqual([403, method === "HEAD"]);
      expect(refused.headers["x-chancery-reason"]).toBe("policy.denied");
    },
  );
  test("names that are no plain ASCII go into headers percent-encoded", async () => {
    const { headers } = await nginx({ method: "PUT" });
    expect(headers["x-chancery-rule"]).toBe("Zahlung%20f%C3%BCr%20100%25");
    expect(decodeURIComponent(String(headers["x-chancery-rule"]))).toBe("Zahlung für 100%");
  });
  test("hundreds at once: exactly one entry for each answer, and as many yeses on the record as were heard", async () => {
    const told = await Promise.all(
      Array.from({ length: 600 }, (_, n) => nginx({ target: n % 3 === 0 ? "/admin" : `/v1/${n}` })),
    );
    const requests = new Set(told.map(({ headers }) => String(headers["x-chancery-request"]))),
      heard = told.filter(({ status }) => status === 200).length;
    let codes = new Map<string, unknown[]>();
    const count = (code: unknown): number =>
      [...codes.values()].flat().filter((one) => one === code).length;
    // On a machine that is busy otherwise some answers come too late, and are 503; a yes among those is taken back a moment later.
    await until(async () => {
      codes = new Map([...requests].map((id) => [id, []]));
      for (const { requestId, details } of await door.entries())
        codes.get(requestId)?.push(details["code"] ?? "allowed");
      return count("allowed") - count("authorize.late") === heard;
    });
    const recorded = told.map(({ status, headers }, n) => [
      n,
      status,
      ...(codes.get(String(headers["x-chancery-request"])) ?? []),
    ]);
    const inTime = recorded.filter(([, status]) => status !== 503),
      late = recorded.filter(([, status]) => status === 503);
    expect(inTime).toEqual(
      inTime.map(([n = 0]) =>
        Number(n) % 3 === 0 ? [n, 403, "policy.denied"] : [n, 200, "allowed"],
      ),
    );
    expect(
      late.filter((one) => one.includes("allowed") !== one.includes("authorize.late")),
    ).toEqual([]);
  });
});

test("a change of the policy counts at the next request, by whomever it is made", async () => {
  const { deps } = door.house,
    rules = policyInput.parse({
      service: "x",
      name: "x",
      rules: [{ name: "closed", effect: "deny" }],
    }).rules,
    put = () => nginx({ method: "PUT" });
  const { id } = await createPolicy(
    deps,
    admin,
    policyInput.parse({
      service: "changing",
      name: "Changing",
      rules: [{ name: "open", effect: "allow" }],
    }),
  );
  const ask = () => nginx({}, { path: "/api/v1/authorize?service=changing" });
  for (let round = 0; round < 5; round++) {
    expect((await ask()).headers["x-chancery-rule"]).toBe("open");
    await updatePolicy(deps, admin, id, { rules });
    expect((await ask()).problem["code"]).toBe("policy.denied");
    await updatePolicy(deps, admin, id, { status: "retired" });
    expect((await ask()).problem["code"]).toBe("policy.retired");
    await updatePolicy(deps, admin, id, {
      status: "active",
      rules: [{ ...rules[0]!, name: "open", effect: "allow" }],
    });
  }
  expect((await put()).status).toBe(200);
});

test("a policy that cannot be read is a 503 on the record, and never a yes", async () => {
  const { id } = await createPolicy(
      door.house.deps,
      admin,
      policyInput.parse({
        service: "broken",
        name: "Broken",
        rules: [{ name: "open", effect: "allow" }],
      }),
    ),
    ask = () => nginx({}, { path: "/api/v1/authorize?service=broken" });
  expect((await ask()).status).toBe(200);
  await door.house.asSuper("alter table policy disable trigger needs_entry");
  await door.house.asSuper(
    'update policy set rules = \'[{"name":"open","effect":"allow","paths":["a*"]}]\' where id = $1',
    [id],
  );
  await door.house.asSuper("alter table policy enable always trigger needs_entry");
  const { result, entries } = await during(ask);
  expect([result.status, result.problem["code"], result.headers["retry-after"]]).toEqual([
    503,
    "policy.unreadable",
    "1",
  ]);
  expect(entries).toMatchObject([
    {
      action: "request.denied",
      outcome: "failure",
      target: { id },
      details: { code: "policy.unreadable", status: 503 },
    },
  ]);
});

describe("a store that hangs or refuses", () => {
  async function while_<T>(
    sql: readonly string[],
    act: () => Promise<T>,
    after = "rollback",
  ): Promise<T> {
    const superuser = openDatabase(door.house.urls.superUrl, { max: 1 }),
      connection = await superuser.pool.connect();
    try {
      for (const one of sql) await connection.query(one);
      return await act();
    } finally {
      await connection.query(after);
      connection.release();
      await closeDatabase(superuser);
    }
  }
  test.each([["policy"], ["tlog.inbox"]])(
    "is a 503 while %s is locked, and goes on by itself afterwards",
    async (table) => {
      const told = await while_(["begin", `lock table ${table} in access exclusive mode`], () =>
        nginx(),
      );
      expect([told.status, told.problem["code"], told.headers["x-chancery-reason"]]).toEqual([
        503,
        "authorize.late",
        "authorize.late",
      ]);
      expect((await nginx()).status).toBe(200);
    },
  );
  test("a yes that was recorded too late to be given is taken back on the record", async () => {
    const before = (await door.entries()).length;
    const told = await while_(["begin", "lock table tlog.inbox in access exclusive mode"], () =>
      nginx({ target: "/v1/late" }),
    );
    expect(told.status).toBe(503);
    const request = told.headers["x-chancery-request"];
    let entries: EntryRecord[] = [];
    await until(async () => {
      entries = (await door.entries())
        .slice(before)
        .filter(({ requestId }) => requestId === request);
      return entries.length === 2;
    });
    expect(entries).toMatchObject([
      { action: "request.authorized", outcome: "success", details: { path: "/v1/late" } },
      {
        action: "request.denied",
        outcome: "failure",
        actor: { id: client.certificate.id },
        details: { code: "authorize.late", status: 503, path: "/v1/late", rule: "payments" },
      },
    ]);
  });
  test("that takes no entries lets nothing through, neither yes nor no", async () => {
    const [yes, no] = await while_(
      ["revoke insert (entry) on tlog.inbox from chancery_app"],
      async () => [await nginx(), await nginx({ target: "/admin" })],
      "grant insert (entry) on tlog.inbox to chancery_app",
    );
    expect([yes?.status, yes?.problem["code"], no?.status]).toEqual([
      503,
      "record.unavailable",
      503,
    ]);
    expect((await nginx()).status).toBe(200);
  });
});
