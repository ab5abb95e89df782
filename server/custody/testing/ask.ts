import { readFileSync } from "node:fs";
import { Agent, request as openRequest } from "node:https";
import type { IncomingHttpHeaders } from "node:http";
import { newId } from "@/lib/ids";
import type { Deps } from "@/lib/deps";
import { auditedTransaction } from "@/lib/log/audited-transaction";
import type { ProxyKind } from "@/lib/proxies/schema";
import type { Client, RealDoor } from "@/server/custody/testing/real-door";
import { testActor } from "@/server/signer/testing/make-test-house";

/** Puts an identity on the list of trusted proxies. Returns the id of its row. */
export async function trust(
  deps: Deps,
  identityId: string,
  kind: ProxyKind,
  hops = 1,
): Promise<string> {
  const now = deps.clock.now(),
    id = newId("prx", now, deps.random.bytes);
  await auditedTransaction(deps, testActor(), async (tx) => {
    await tx.proxy.create({
      data: {
        id,
        identityId,
        kind,
        hops,
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
          details: { identityId, kind, hops },
        },
      ],
    };
  });
  return id;
}

export type Told = Readonly<{
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
  problem: Readonly<Record<string, unknown>>;
}>;
export type Asking = Readonly<{
  method?: string;
  path?: string;
  headers?: Readonly<Record<string, string | string[]>>;
  body?: string;
}>;

/** A connection that is kept, to the port for client certificates, with this certificate or none. */
export function speaker(
  door: RealDoor,
  client: Pick<Client, "cert" | "key"> | null,
): Readonly<{ ask: (asking?: Asking) => Promise<Told>; close: () => void }> {
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 16,
    ca: readFileSync(door.rootFile, "utf8"),
    checkServerIdentity: () => undefined,
    ...(client === null ? {} : { cert: client.cert, key: client.key }),
  });
  const ask = ({
    method = "GET",
    path = "/api/v1/authorize?service=payments",
    headers = {},
    body = "",
  }: Asking = {}) =>
    new Promise<Told>((resolve, reject) => {
      const request = openRequest(
        {
          host: "127.0.0.1",
          port: door.mtlsPort(),
          servername: "localhost",
          agent,
          method,
          path,
          headers: { ...headers },
        },
        (response) => {
          let text = "";
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
              problem: isProblem ? (JSON.parse(text) as Told["problem"]) : {},
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

export type Passed = Readonly<{
  cert: string | null;
  method?: string;
  target?: string;
  from?: string;
}>;

/** What each kind of proxy sends for a client's request, as its documentation has it. */
export const forwardedBy: Readonly<Record<ProxyKind, (passed: Passed) => Asking>> = {
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
