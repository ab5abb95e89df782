import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { suspendIdentity } from "@/lib/identities/set-identity-status";
import type { EntryRecord } from "@/lib/log/types";
import { createPolicy } from "@/lib/policies/create-policy";
import { policyInput } from "@/lib/policies/schema";
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
let gateway: TestGateway,
  edges: Readonly<Record<ProxyKind, Edge>>,
  client: Client,
  policyId: string;
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
  policyId = (await createPolicy(gateway.harness.deps, admin, policy)).result.id;
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

describe.each(proxyKinds)("%s", (kind) => {
  const ask = (passed: Partial<Parameters<typeof forwardedBy.nginx>[0]> = {}) =>
    edges[kind].ask(forwardedBy[kind]({ cert: client.cert, ...passed }));

  test("an allowed request is answered with the identity that it is for, and the entry matches the answer", async () => {
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
  test("requests that the policy does not allow are denied, each with its code and one entry", async () => {
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
  test("revoked, suspended, server and unreadable certificates are refused with their codes, with the certificate as the actor", async () => {
    const [revoked, suspended, server] = [
      await gateway.issue("revoked"),
      await gateway.issue("suspended"),
      await gateway.issue("server", { profile: "tls-server" }),
    ];
    expect((await nginx({ cert: revoked.cert, method: "PUT" })).status).toBe(200);
    await revokeCertificate(gateway.harness.deps, admin, revoked.certificate.id, {
      reason: "keyCompromise",
      comment: "",
    });
    await suspendIdentity(gateway.harness.deps, admin, suspended.identityId, { comment: "" });
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

describe("forms of authorization requests", () => {
  test.each(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "PROPFIND"])(
    "an authorization request by %s, with or without a body, is answered and its connection stays open",
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
  test("names with non-ASCII characters are percent-encoded in response headers", async () => {
    const { headers } = await nginx({ method: "PUT" });
    expect(headers["x-chancery-rule"]).toBe("Zahlung%20f%C3%BCr%20100%25");
    expect(decodeURIComponent(String(headers["x-chancery-rule"]))).toBe("Zahlung für 100%");
  });
  test("hundreds of concurrent requests: each answer has exactly one entry, and the allowed answers equal the entries that allow", async () => {
    const told = await Promise.all(
      Array.from({ length: 600 }, (_, n) => nginx({ target: n % 3 === 0 ? "/admin" : `/v1/${n}` })),
    );
    const requests = new Set(told.map(({ headers }) => String(headers["x-chancery-request"]))),
      heard = told.filter(({ status }) => status === 200).length;
    let codes = new Map<string, unknown[]>();
    const count = (code: unknown): number =>
      [...codes.values()].flat().filter((one) => one === code).length;
    // On a machine that is busy otherwise some answers come too late, and are 503; a yes among
    // those is taken back a moment later.
    await until(async () => {
      codes = new Map([...requests].map((id) => [id, []]));
      for (const { requestId, details } of await gateway.entries())
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
