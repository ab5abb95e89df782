import { readFileSync } from "node:fs";
import { connect } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createPolicy } from "@/lib/policies/create-policy";
import { policyInput } from "@/lib/policies/schema";
import { trustProxy } from "@/lib/proxies/trust-proxy";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { acceptedOf } from "@/testing/accounts/accepted";
import { adminActor } from "@/testing/actors";
import { type Client, openTestGateway, type TestGateway } from "@/testing/gateway/test-gateway";

// The requests of proxies that are not run here, over TLS, written after the documentation of
// Traefik (ForwardAuth, PassTLSClientCert) and of Envoy
// (external authorization, XFCC). No Traefik and no Envoy was there to compare with. Traefik: a
// GET, the chain as base64 of its DER separated by
// commas, percent-encoded or not. Envoy: the client's method, prefix and whole target, names in
// lower case, no body.
const admin = adminActor();
let gateway: TestGateway, client: Client, traefik: Client, envoy: Client;
beforeAll(async () => {
  gateway = await openTestGateway();
  [client, traefik, envoy] = [
    await gateway.issue("orders"),
    await gateway.issue("traefik-1"),
    await gateway.issue("envoy-1"),
  ];
  await trustProxy(gateway.harness.deps, admin, {
    identity: traefik.identityId,
    kind: "traefik",
    hops: 1,
    scopes: ["forward-auth"],
    note: "",
    accepted: await acceptedOf(gateway.harness.deps, traefik.identityId),
  });
  await trustProxy(gateway.harness.deps, admin, {
    identity: envoy.identityId,
    kind: "envoy",
    hops: 1,
    scopes: ["forward-auth"],
    note: "",
    accepted: await acceptedOf(gateway.harness.deps, envoy.identityId),
  });
  await createPolicy(
    gateway.harness.deps,
    admin,
    policyInput.parse({
      service: "payments",
      name: "Payments",
      rules: [
        {
          name: "services",
          effect: "allow",
          kinds: ["service"],
          methods: ["POST"],
          paths: ["/v1/**"],
          networks: ["10.0.0.0/8"],
        },
      ],
    }),
  );
});
afterAll(() => gateway.close());

type Answer = Readonly<{ status: number; headers: Readonly<Record<string, string>> }>;
/** Writes these bytes over a connection with the proxy's certificate, and reads the answer. */
function send(proxy: Client, lines: readonly string[]): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let said = "";
    const socket = connect(
      {
        host: "127.0.0.1",
        port: gateway.mtlsPort(),
        servername: "localhost",
        cert: proxy.cert,
        key: proxy.key,
        ca: readFileSync(gateway.rootFile),
        ALPNProtocols: ["http/1.1"],
      },
      () => socket.write(`${lines.join("\r\n")}\r\n\r\n`),
    );
    socket
      .on("error", reject)
      .on("close", () => reject(new Error(`closed after: ${said}`)))
      .on("data", (chunk) => {
        said += chunk.toString();
        const end = said.indexOf("\r\n\r\n");
        if (end < 0) return;
        const [first = "", ...rest] = said.slice(0, end).split("\r\n");
        resolve({
          status: Number(first.split(" ")[1]),
          headers: Object.fromEntries(
            rest.map((line) => [
              line.slice(0, line.indexOf(":")).toLowerCase(),
              line.slice(line.indexOf(":") + 1).trim(),
            ]),
          ),
        });
        socket.destroy();
      });
  });
}
/**
 * On a machine that is busy with other tests a decision may take more than its 250 ms, and is asked
 * for again.
 */
async function decide(proxy: Client, lines: readonly string[]): Promise<Answer> {
  for (;;) {
    const answer = await send(proxy, lines);
    if (answer.status !== 503) return answer;
  }
}
const lastRequest = async () =>
  (await gateway.entries()).findLast(({ action }) => action.startsWith("request."));
const blocks = (cert: string): string[] =>
  [...cert.matchAll(/-----BEGIN CERTIFICATE-----\n[^-]+-----END CERTIFICATE-----\n/g)].map(
    ([block]) => block,
  );
const bare = (block: string): string => block.replaceAll(/-----[^-]+-----|\n/g, "");
/**
 * Go's url.QueryEscape and Envoy's percent-encoding of PEM leave letters, digits, "-", "." and "_"
 * alone, as this does for base64's signs.
 */
const escape = encodeURIComponent;
const allowed = {
  action: "request.authorized",
  details: { service: "payments", method: "POST", path: "/v1/orders" },
  origin: { ip: "10.0.0.7" },
};

describe("Traefik", () => {
  const request = (
    certificate: string | null,
    over: Readonly<{ from?: string; method?: string; uri?: string }> = {},
  ): string[] => [
    "GET /api/v1/authorize/payments HTTP/1.1",
    "Host: chancery.example.com:3444",
    "User-Agent: shop/2",
    `X-Forwarded-For: ${over.from ?? "10.0.0.7"}`,
    "X-Forwarded-Host: payments.example.com",
    `X-Forwarded-Method: ${over.method ?? "POST"}`,
    "X-Forwarded-Proto: https",
    ...(certificate === null ? [] : [`X-Forwarded-Tls-Client-Cert: ${certificate}`]),
    `X-Forwarded-Uri: ${over.uri ?? "/v1/orders?limit=3"}`,
    "Accept-Encoding: gzip",
  ];
  const chain = () => blocks(client.cert).map(bare).join(",");

  test.each<[string, () => string]>([
    ["version 3: the chain as base64, separated by commas", chain],
    [
      "version 2: each of them percent-encoded",
      () => blocks(client.cert).map(bare).map(escape).join(","),
    ],
    ["without its authorities", () => bare(blocks(client.cert)[0]!)],
  ])("%s", async (_, certificate) => {
    const answer = await decide(traefik, request(certificate()));
    expect([answer.status, answer.headers["x-chancery-identity"]]).toEqual([200, "orders"]);
    expect(await lastRequest()).toMatchObject({
      ...allowed,
      actor: { id: client.certificate.id },
      origin: { ip: "10.0.0.7", userAgent: "shop/2", via: ["traefik-1", "mtls"] },
    });
  });
  test.each<[string, () => string[], number, string]>([
    ["a client without a certificate", () => request(null), 401, "certificate.missing"],
    [
      "an authority's certificate put before the client's",
      () => request([...blocks(client.cert)].toReversed().map(bare).join(",")),
      401,
      "certificate.",
    ],
    [
      "a certificate with a changed byte",
      () =>
        request(`${chain().slice(0, 400)}${chain()[400] === "A" ? "B" : "A"}${chain().slice(401)}`),
      401,
      "certificate.",
    ],
    ["another network", () => request(chain(), { from: "192.0.2.9" }), 403, "policy.no-rule"],
    ["another method", () => request(chain(), { method: "DELETE" }), 403, "policy.no-rule"],
    ["a path that climbs", () => request(chain(), { uri: "/v1/../admin" }), 403, "policy.path"],
    [
      "Envoy's header from Traefik",
      () => [
        ...request(null),
        `X-Forwarded-Client-Cert: Cert="${escape(blocks(client.cert)[0]!)}"`,
      ],
      401,
      "certificate.missing",
    ],
  ])("%s is refused", async (_, lines, status, code) => {
    const answer = await decide(traefik, lines());
    expect([
      answer.status === status || code === "certificate.",
      answer.headers["x-chancery-reason"]?.startsWith(code),
    ]).toEqual([true, true]);
    expect(answer.status).toBeGreaterThanOrEqual(401);
    expect(answer.headers["x-chancery-identity"]).toBeUndefined();
  });
});

describe("Envoy", () => {
  const element = () => {
    const [leaf = ""] = blocks(client.cert);
    return `Hash=${client.certificate.fingerprintSha256};Cert="${escape(leaf)}"`;
  };
  const request = (
    xfcc: string | null,
    over: Readonly<{
      from?: string;
      method?: string;
      target?: string;
      more?: readonly string[];
    }> = {},
  ): string[] => [
    `${over.method ?? "POST"} /api/v1/authorize/payments${over.target ?? "/v1/orders?limit=3"} HTTP/1.1`,
    "host: payments.example.com",
    "content-length: 0",
    "user-agent: shop/2",
    `x-forwarded-for: ${over.from ?? "10.0.0.7"}`,
    ...(xfcc === null ? [] : [`x-forwarded-client-cert: ${xfcc}`]),
    ...(over.more ?? []),
    "x-envoy-expected-rq-timeout-ms: 500",
  ];

  test.each<[string, () => string]>([
    ["the element that SANITIZE_SET writes", element],
    ["with the URI of the proxy's certificate", () => `By=spiffe://example.com/edge;${element()}`],
    [
      "behind an element of a client's own making",
      () => `By=x;Hash=${"0".repeat(64)};Cert="${escape(blocks(traefik.cert)[0]!)}",${element()}`,
    ],
  ])("%s", async (_, xfcc) => {
    const answer = await decide(envoy, request(xfcc()));
    expect([answer.status, answer.headers["x-chancery-identity"]]).toEqual([200, "orders"]);
    expect(await lastRequest()).toMatchObject({
      ...allowed,
      actor: { id: client.certificate.id },
      origin: { ip: "10.0.0.7", userAgent: "shop/2", via: ["envoy-1", "mtls"] },
    });
  });
  test("an address that the client put in front of the real one is ignored", async () => {
    expect(
      (await decide(envoy, request(element(), { from: "10.0.0.9, 192.0.2.9" }))).headers[
        "x-chancery-reason"
      ],
    ).toBe("policy.no-rule");
    expect(await lastRequest()).toMatchObject({ origin: { ip: "192.0.2.9" } });
  });
  test.each<[string, () => string[], number, string]>([
    ["a client without a certificate", () => request(null), 401, "certificate.missing"],
    [
      "a hash that is another certificate's",
      () => request(element().replace(/Hash=.{8}/, "Hash=00000000")),
      401,
      "certificate.unreadable",
    ],
    ["another method", () => request(element(), { method: "PUT" }), 403, "policy.no-rule"],
    ["another path", () => request(element(), { target: "/admin" }), 403, "policy.no-rule"],
    [
      "a path that climbs out of the service",
      () => request(element(), { target: "/../other/v1/orders" }),
      403,
      "policy.",
    ],
    [
      "a query that names another service",
      () => request(element(), { target: "/admin?service=other" }),
      403,
      "policy.no-rule",
    ],
    [
      "method and path in headers that Envoy does not write",
      () =>
        request(element(), {
          target: "/admin",
          more: [
            "x-forwarded-method: POST",
            "x-forwarded-uri: /v1/orders",
            "x-original-uri: /v1/orders",
          ],
        }),
      403,
      "policy.no-rule",
    ],
  ])("%s is refused", async (_, lines, status, code) => {
    const answer = await decide(envoy, lines());
    expect([
      answer.status,
      answer.headers["x-chancery-reason"]?.startsWith(code),
      answer.headers["x-chancery-identity"],
    ]).toEqual([status, true, undefined]);
  });
});

test("the shipped configurations name every header of an allowed answer, and the path that is asked", async () => {
  const [leaf = ""] = blocks(client.cert),
    answer = await decide(envoy, [
      "POST /api/v1/authorize/payments/v1/orders HTTP/1.1",
      "host: x",
      "content-length: 0",
      "x-forwarded-for: 10.0.0.7",
      `x-forwarded-client-cert: Cert="${escape(leaf)}"`,
    ]);
  const names = Object.keys(answer.headers).filter((name) => name.startsWith("x-chancery-"));
  expect(names).toHaveLength(10);
  for (const [file, way] of [
    ["nginx/payments.conf", "/api/v1/authorize?service=payments"],
    ["traefik/dynamic.yml", "/api/v1/authorize/payments"],
    ["envoy/envoy.yaml", "/api/v1/authorize/payments"],
  ] as const) {
    const text = readFileSync(`${findRepoRoot()}/examples/${file}`, "utf8").toLowerCase();
    for (const name of [...names, "x-chancery-reason"])
      expect(text, `${file}: ${name}`).toContain(name);
    expect(text).toContain(way);
  }
});
