import { getProxyEffects } from "@/lib/proxies/get-proxy-effects";
import { getProxy, listProxies } from "@/lib/proxies/read-proxies";
import { removeProxy } from "@/lib/proxies/remove-proxy";
import { proxyChange, type ProxyDto, proxyInput, proxyRemoval } from "@/lib/proxies/schema";
import { trustProxy } from "@/lib/proxies/trust-proxy";
import { updateProxy } from "@/lib/proxies/update-proxy";
import { defineRoute, defineRecordedRoute, idParams } from "@/server/api/define-route";
import { pageOf } from "@/server/api/schemas/common";
import { proxy, proxyEffects } from "@/server/api/schemas/proxy";

const target = (row: Pick<ProxyDto, "id" | "identity">) => ({
  kind: "proxy",
  id: row.id,
  label: row.identity.name,
});
const common = { tag: "Proxies", reads: "proxy.read" } as const;

export const proxyRoutes = [
  defineRoute({
    ...common,
    method: "get",
    path: "/proxies",
    permission: "proxies.read",
    summary: "List trusted proxies",
    response: pageOf(proxy),
    handle: (deps, actor) => listProxies(deps, actor),
  }),
  defineRecordedRoute({
    ...common,
    method: "post",
    path: "/proxies",
    permission: "proxies.write",
    summary: "Trust a proxy",
    description:
      "Requests authenticated by a certificate of this identity count for the clients that it passes on, as far as its scopes allow, and no longer for the identity itself. Without `scopes`, it is trusted for forward auth alone.",
    body: proxyInput,
    status: 201,
    response: proxy,
    target,
    handle: (deps, actor, { body }) => trustProxy(deps, actor, body),
  }),
  defineRoute({
    ...common,
    method: "get",
    path: "/proxies/{id}",
    permission: "proxies.read",
    summary: "Get a proxy",
    params: idParams,
    response: proxy,
    target,
    handle: (deps, actor, { params }) => getProxy(deps, actor, params.id),
  }),
  defineRoute({
    ...common,
    method: "get",
    path: "/proxies/{id}/effects",
    permission: "proxies.read",
    summary: "Preview the removal of a proxy",
    description:
      "What the proxy's word has led to: the sessions that its removal ends, and the certificates that were requested through it, which stay valid until they are revoked.",
    params: idParams,
    response: proxyEffects,
    handle: (deps, actor, { params }) => getProxyEffects(deps, actor, params.id),
  }),
  defineRecordedRoute({
    ...common,
    method: "patch",
    path: "/proxies/{id}",
    permission: "proxies.write",
    summary: "Update a proxy",
    params: idParams,
    body: proxyChange,
    response: proxy,
    target,
    handle: (deps, actor, { params, body }) => updateProxy(deps, actor, params.id, body),
  }),
  defineRecordedRoute({
    ...common,
    method: "post",
    path: "/proxies/{id}/remove",
    permission: "proxies.write",
    summary: "Stop trusting a proxy",
    description:
      "From the next request, nothing that it says of its clients counts, and sessions that were started through it end. The certificates it has never count for themselves; one that is issued afterwards does.",
    params: idParams,
    body: proxyRemoval,
    bodyOptional: true,
    response: proxy,
    target,
    handle: (deps, actor, { params, body }) => removeProxy(deps, actor, params.id, body),
  }),
];
