import type { IncomingMessage } from "node:http";
import { missingCertificate, outsideScope } from "@/lib/client-auth/evaluate-certificate";
import type { ProxyReference } from "@/lib/access/peer";
import type { ForwardedHeaders } from "@/lib/client-auth/forwarded-headers";
import type { PresentedCertificate } from "@/lib/client-auth/presented-certificate";
import { missingScope, proxyUse } from "@/lib/client-auth/proxy-use";
import { readForwardedClient } from "@/lib/client-auth/read-forwarded-client";
import type { TrustedProxy } from "@/lib/client-auth/types";
import type { CertificateVerification } from "@/lib/client-auth/verify-certificate";
import type { RequestContext } from "@/server/http/request-context";
import type { PeerCertificate } from "@/server/tls/peer-certificate";
import { vaultTokenHeader } from "@/server/compat/authenticate";
import { areaOf } from "./paths";

/**
 * Verifies a certificate against the database as it is now. Throws `status.unavailable` if the
 * database does not answer.
 */
export type VerifyCertificate = (
  presented: PresentedCertificate | null,
  ip: string | null,
  assertedBy: ProxyReference | null,
) => Promise<CertificateVerification>;
export type CallerDeps = Readonly<{
  verify: VerifyCertificate;
  countStripped: (header: string) => void;
}>;
type CallerRequest = Readonly<{
  peer: PeerCertificate;
  forwarded: ForwardedHeaders;
  request: Pick<IncomingMessage, "method" | "url" | "headers">;
}>;

/**
 * The proxy that a connection's certificate belonged to at its previous request. A guess, which
 * lets the forwarded certificate be verified at the same time as the proxy's own.
 */
const lastProxies = new WeakMap<PresentedCertificate, TrustedProxy>();

/**
 * Resolves the caller of a request with a client certificate: the holder of the certificate; or, if
 * that is a trusted proxy, the client whose certificate it forwards, and no one if it forwards
 * none. A proxy's own certificate never authenticates these requests: its clients would act in its
 * name.
 */
export async function resolveCaller(
  { verify, countStripped }: CallerDeps,
  connection: RequestContext,
  { peer, forwarded, request }: CallerRequest,
): Promise<RequestContext> {
  if (peer === undefined) return directCaller(connection, null, forwarded, countStripped);
  const verification = verify(peer, connection.ip, null);
  const guess = peer === null ? undefined : lastProxies.get(peer);
  const speculative =
    guess && resolveForwardedCaller(verify, guess, connection, { forwarded, request });
  // If the guess was right, it is awaited below; otherwise its failure does not matter.
  speculative?.catch(() => {});
  const { decision, proxy } = await verification;
  if (proxy === null) return directCaller(connection, decision, forwarded, countStripped);
  if (speculative && guess && isSameProxy(guess, proxy)) return speculative;
  if (peer !== null) lastProxies.set(peer, proxy);
  return resolveForwardedCaller(verify, proxy, connection, { forwarded, request });
}

/** Whether a header has a secret of the caller, as the API or Vault's clients send it. */
const carriesToken = (headers: IncomingMessage["headers"]): boolean =>
  headers.authorization !== undefined || headers[vaultTokenHeader] !== undefined;

const isSameProxy = (one: TrustedProxy, other: TrustedProxy): boolean =>
  one.id === other.id &&
  one.kind === other.kind &&
  one.hops === other.hops &&
  one.label === other.label &&
  one.scopes.join() === other.scopes.join();

/** A caller without a proxy: forwarding headers are ignored and counted. */
function directCaller(
  connection: RequestContext,
  decision: RequestContext["decision"],
  forwarded: ForwardedHeaders,
  countStripped: CallerDeps["countStripped"],
): RequestContext {
  for (const name of forwarded.keys()) countStripped(name);
  return { ...connection, decision };
}

async function resolveForwardedCaller(
  verify: VerifyCertificate,
  proxy: TrustedProxy,
  connection: RequestContext,
  { forwarded, request }: Omit<CallerRequest, "peer">,
): Promise<RequestContext> {
  const area = areaOf(request.url ?? "/");
  const use = proxyUse(proxy.scopes, area);
  const client = readForwardedClient(proxy, forwarded, {
    ip: connection.ip,
    method: request.method ?? "GET",
    url: request.url ?? "/",
  });
  // Without any scope here, not even the client's address counts.
  const believed = use === "nothing" ? { ip: connection.ip, port: connection.port } : null;
  const context: RequestContext = {
    ...connection,
    ip: client.ip,
    port: proxy.hops === 0 ? connection.port : null,
    ...believed,
    via: [proxy.label, ...connection.via],
    proxy,
    forwardedRequest: area === "authorize" ? client.request : null,
  };
  const missing = missingScope(proxy.scopes, area, {
    token: carriesToken(request.headers),
    certificate: client.certificate !== undefined,
  });
  if (missing !== null)
    return { ...context, decision: outsideScope(proxy, client.certificate ?? null, missing) };
  if (use === "address") return { ...context, decision: null };
  if (client.certificate === undefined)
    return { ...context, decision: area === "authorize" ? missingCertificate() : null };
  return { ...context, decision: (await verify(client.certificate, client.ip, proxy)).decision };
}
