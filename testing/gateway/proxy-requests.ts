import { readFileSync } from "node:fs";
import { Agent, request as openRequest } from "node:https";
import type { IncomingHttpHeaders } from "node:http";
import { newId } from "@/lib/format/ids";
import type { Deps } from "@/lib/runtime/deps";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import type { ProxyKind, ProxyScope } from "@/lib/proxies/schema";
import type { Client, TestGateway } from "./test-gateway";
import { adminActor } from "@/testing/actors";

/** Puts an identity on the list of trusted proxies. Returns the id of its row. */
export async function trustProxy(
  deps: Deps,
  identityId: string,
  kind: ProxyKind,
  hops = 1,
  scopes: readonly ProxyScope[] = ["forward-auth"],
): Promise<string> {
  const now = deps.clock.now(),
    id = newId("prx", now, deps.random.bytes);
  await auditedTransaction(deps.recorder, adminActor(), async (tx) => {
    await tx.proxy.create({
      data: {
        id,
        identityId,
        kind,
        hops,
        scopes: [...scopes],
        status: "active",
        note: "",
        createdAt: now,
        changedAt: now,
      },
    });
    return {
      result: null,
      entries: [
        {
          action: "proxy.trusted",
          outcome: "success",
          target: { kind: "proxy", id, label: kind },
          details: { identityId, kind, hops, scopes: scopes.join(", ") },
        },
      ],
    };
  });
  return id;
}

/** Changes what a proxy's word counts for, without what the use case asks for besides. */
export async function setProxyScopes(
  deps: Deps,
  id: string,
  scopes: readonly ProxyScope[],
): Promise<void> {
  await auditedTransaction(deps.recorder, adminActor(), async (tx) => {
    await tx.proxy.update({ where: { id }, data: { scopes: [...scopes] } });
    return {
      result: null,
      entries: [
        {
          action: "proxy.updated",
          outcome: "success",
          target: { kind: "proxy", id, label: "edge" },
          details: { changes: { scopes: { from: "", to: scopes.join(", ") } } },
        },
      ],
    };
  });
}

export type ProxyResponse = Readonly<{
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
  problem: Readonly<Record<string, unknown>>;
}>;
export type ProxyRequest = Readonly<{
  method?: string;
  path?: string;
  headers?: Readonly<Record<string, string | string[]>>;
  body?: string;
  /** Called when the status and headers have arrived, before the body has ended. */
  onAnswer?: () => void;
}>;

/**
 * A connection that is kept, to the port for client certificates, with this certificate or none.
 */
export function openConnection(
  gateway: TestGateway,
  client: Pick<Client, "cert" | "key"> | null,
): Readonly<{ ask: (asking?: ProxyRequest) => Promise<ProxyResponse>; close: () => void }> {
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 16,
    ca: readFileSync(gateway.rootFile, "utf8"),
    checkServerIdentity: () => undefined,
    ...(client === null ? {} : { cert: client.cert, key: client.key }),
  });
  const ask = ({
    method = "GET",
    path = "/api/v1/authorize?service=payments",
    headers = {},
    body = "",
    onAnswer = () => {},
  }: ProxyRequest = {}) =>
    new Promise<ProxyResponse>((resolve, reject) => {
      const request = openRequest(
        {
          host: "127.0.0.1",
          port: gateway.mtlsPort(),
          servername: "localhost",
          agent,
          method,
          path,
          headers: { ...headers },
        },
        (response) => {
          let text = "";
          onAnswer();
          response
            .setEncoding("utf8")
            .on("data", (piece: string) => {
              text += piece;
            })
            .on("error", reject);
          response.on("end", () => {
            const isProblem =
              response.headers["content-type"] === "application/problem+json" && text !== "";
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              body: text,
              problem: isProblem ? (JSON.parse(text) as ProxyResponse["problem"]) : {},
            });
          });
        },
      );
      request.on("error", reject).end(body);
    });
  return { ask, close: () => agent.destroy() };
}

const leafOf = (cert: string): string =>
  `${cert.split("-----END CERTIFICATE-----")[0] ?? ""}-----END CERTIFICATE-----\n`;
const derBase64 = (cert: string): string => leafOf(cert).replaceAll(/-----[^-]+-----|\s/g, "");

export type ClientRequest = Readonly<{
  cert: string | null;
  method?: string;
  target?: string;
  from?: string;
}>;

/** What each kind of proxy sends for a client's request, as its documentation has it. */
export const forwardedBy: Readonly<Record<ProxyKind, (passed: ClientRequest) => ProxyRequest>> = {
  nginx: ({ cert, method = "GET", target = "/v1", from = "10.0.0.7" }) => ({
    headers: {
      "x-original-method": method,
      "x-original-uri": target,
      "x-forwarded-for": from,
      ...(cert === null ? {} : { "x-ssl-client-cert": encodeURIComponent(leafOf(cert)) }),
    },
  }),
  traefik: ({ cert, method = "GET", target = "/v1", from = "10.0.0.7" }) => ({
    path: "/api/v1/authorize/payments",
    headers: {
      "x-forwarded-method": method,
      "x-forwarded-uri": target,
      "x-forwarded-host": "pay.example.com",
      "x-forwarded-proto": "https",
      "x-forwarded-for": from,
      ...(cert === null
        ? {}
        : { "x-forwarded-tls-client-cert": encodeURIComponent(derBase64(cert)) }),
    },
  }),
  envoy: ({ cert, method = "GET", target = "/v1", from = "10.0.0.7" }) => ({
    method,
    path: `/api/v1/authorize/payments${target}`,
    headers: {
      "x-forwarded-for": from,
      ...(cert === null
        ? {}
        : {
            "x-forwarded-client-cert": `By=spiffe://example.com/edge;Cert="${encodeURIComponent(leafOf(cert))}"`,
          }),
    },
  }),
  rfc9440: ({ cert, method = "GET", target = "/v1", from = "10.0.0.7" }) => ({
    headers: {
      "x-original-method": method,
      "x-original-uri": target,
      "x-forwarded-for": from,
      ...(cert === null ? {} : { "client-cert": `:${derBase64(cert)}:` }),
    },
  }),
};
