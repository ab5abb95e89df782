import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { closeDatabase, openDatabase } from "@/lib/db/database";
import type { EntryRecord } from "@/lib/log/types";
import { createPolicy } from "@/lib/policies/create-policy";
import { policyInput } from "@/lib/policies/schema";
import { updatePolicy } from "@/lib/policies/update-policy";
import { type ProxyKind, proxyKinds } from "@/lib/proxies/schema";
import { adminActor } from "@/testing/actors";
import {
  type ProxyRequest,
  forwardedBy,
  openConnection,
  type ProxyResponse,
  trustProxy,
} from "@/testing/gateway/proxy-requests";
import {
  type Client,
  openTestGateway,
  type TestGateway,
  until,
} from "@/testing/gateway/test-gateway";

type Edge = Readonly<{
  own: Client;
  ask: (asking?: ProxyRequest) => Promise<ProxyResponse>;
  close: () => void;
}>;
let gateway: TestGateway, edges: Readonly<Record<ProxyKind, Edge>>, client: Client;
const admin = adminActor();

beforeAll(async () => {
  gateway = await openTestGateway();
  const made = await Promise.all(
    proxyKinds.map(async (kind): Promise<[ProxyKind, Edge]> => {
      const own = await gateway.issue(`edge-${kind}`);
      await trustProxy(gateway.harness.deps, own.identityId, kind);
      return [kind, { own, ...openConnection(gateway, own) }];
    }),
  );
  edges = Object.fromEntries(made) as Record<ProxyKind, Edge>;
  client = await gateway.issue("payments");
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
  await createPolicy(gateway.harness.deps, admin, policy);
});
afterAll(async () => {
  for (const { close } of Object.values(edges)) close();
  await gateway.close();
});

/** What forward auth and the gateway recorded meanwhile. */
async function during<T>(act: () => Promise<T>): Promise<{ result: T; entries: EntryRecord[] }> {
  const requests = async () =>
    (await gateway.entries()).filter(({ action }) => action.startsWith("request."));
  const before = (await requests()).length,
    result = await act();
  return { result, entries: (await requests()).slice(before) };
}
const nginx = (
  passed: Partial<Parameters<typeof forwardedBy.nginx>[0]> = {},
  over: ProxyRequest = {},
): Promise<ProxyResponse> => {
  const asking = forwardedBy.nginx({ cert: client.cert, ...passed });
  return edges.nginx.ask({ ...asking, ...over, headers: { ...asking.headers, ...over.headers } });
};

describe("callers of forward auth", () => {
  test("only a trusted proxy may ask: other clients, with or without a certificate, are refused whatever headers they send", async () => {
    const stranger = openConnection(gateway, client),
      nobody = openConnection(gateway, null),
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
    const plain = await fetch(`${gateway.httpUrl()}/api/v1/authorize?service=payments`, {
      headers: forged.headers as Record<string, string>,
    });
    expect([plain.status, ((await plain.json()) as { code: string }).code]).toEqual([
      403,
      "proxy.unknown",
    ]);
    stranger.close();
    nobody.close();
  });
  test("a proxy whose own certificate is revoked is refused at once, even on its open connection", async () => {
    const own = await gateway.issue("edge-gone"),
      edge = openConnection(gateway, own);
    await trustProxy(gateway.harness.deps, own.identityId, "nginx");
    expect((await edge.ask(forwardedBy.nginx({ cert: client.cert }))).status).toBe(200);
    await revokeCertificate(gateway.harness.deps, admin, own.certificate.id, {
      reason: "keyCompromise",
      comment: "",
    });
    expect((await edge.ask(forwardedBy.nginx({ cert: client.cert }))).status).not.toBe(200);
    edge.close();
  });
});

describe("unclear authorization requests", () => {
  test.each<readonly [string, ProxyRequest, string]>([
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
  ])("a request with %s is denied", async (_name, over, code) => {
    const { result, entries } = await during(() => nginx({}, over));
    expect([result.status, result.problem["code"]]).toEqual([403, code]);
    expect(entries).toMatchObject([{ action: "request.denied", details: { code } }]);
  });
});

test("a change of the policy applies from the next request on", async () => {
  const { deps } = gateway.harness,
    rules = policyInput.parse({
      service: "x",
      name: "x",
      rules: [{ name: "closed", effect: "deny" }],
    }).rules,
    put = () => nginx({ method: "PUT" });
  const { id } = (
    await createPolicy(
      deps,
      admin,
      policyInput.parse({
        service: "changing",
        name: "Changing",
        rules: [{ name: "open", effect: "allow" }],
      }),
    )
  ).result;
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

test("a policy that cannot be read is a recorded 503, and never allows the request", async () => {
  const { id } = (
      await createPolicy(
        gateway.harness.deps,
        admin,
        policyInput.parse({
          service: "broken",
          name: "Broken",
          rules: [{ name: "open", effect: "allow" }],
        }),
      )
    ).result,
    ask = () => nginx({}, { path: "/api/v1/authorize?service=broken" });
  expect((await ask()).status).toBe(200);
  await gateway.harness.asSuper("alter table policy disable trigger needs_entry");
  await gateway.harness.asSuper(
    'update policy set rules = \'[{"name":"open","effect":"allow","paths":["a*"]}]\' where id = $1',
    [id],
  );
  await gateway.harness.asSuper("alter table policy enable always trigger needs_entry");
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

describe("a database that hangs or refuses", () => {
  async function while_<T>(
    sql: readonly string[],
    act: () => Promise<T>,
    after = "rollback",
  ): Promise<T> {
    const superuser = openDatabase(gateway.harness.urls.superUrl, { max: 1 }),
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
    "the answer is 503 while %s is locked, and requests are served again afterwards",
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
  test("a request that was recorded as allowed too late to be answered is followed by an entry that denies it", async () => {
    const before = (await gateway.entries()).length;
    const told = await while_(["begin", "lock table tlog.inbox in access exclusive mode"], () =>
      nginx({ target: "/v1/late" }),
    );
    expect(told.status).toBe(503);
    const request = told.headers["x-chancery-request"];
    let entries: EntryRecord[] = [];
    await until(async () => {
      entries = (await gateway.entries())
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
  test("while the log takes no entries, no request is allowed or denied: all are 503", async () => {
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
