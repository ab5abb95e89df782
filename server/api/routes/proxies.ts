import { getProxy } from "@/lib/proxies/get-proxy";
import { listProxies } from "@/lib/proxies/list-proxies";
import { removeProxy } from "@/lib/proxies/remove-proxy";
import { proxyChange, proxyInput, proxyRemoval, type ProxyDto } from "@/lib/proxies/schema";
import { trustProxy } from "@/lib/proxies/trust-proxy";
import { updateProxy } from "@/lib/proxies/update-proxy";
import { defineRoute, idParams } from "@/server/api/define-route";
import { pageOf } from "@/server/api/schemas/common";
import { proxy } from "@/server/api/schemas/proxy";

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
    summary: "List proxies",
    response: pageOf(proxy),
    handle: (deps, actor) => listProxies(deps, actor),
  }),
  defineRoute({
    ...common,
    method: "post",
    path: "/proxies",
    permission: "proxies.write",
    summary: "Trust a proxy",
    description:
      "Requests that come with a certificate of this identity speak for the client whose certificate they pass on, and no longer for the identity itself.",
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
    summary: "Read a proxy",
    params: idParams,
    response: proxy,
    target,
    handle: (deps, actor, { params }) => getProxy(deps, actor, params.id),
  }),
  defineRoute({
    ...common,
    method: "patch",
    path: "/proxies/{id}",
    permission: "proxies.write",
    summary: "Change how a proxy is read",
    params: idParams,
    body: proxyChange,
    response: proxy,
    target,
    handle: (deps, actor, { params, body }) => updateProxy(deps, actor, params.id, body),
  }),
  defineRoute({
    ...common,
    method: "post",
    path: "/proxies/{id}/remove",
    permission: "proxies.write",
    summary: "Trust a proxy no longer",
    description: "From the next request on nothing that it says of others counts.",
    params: idParams,
    body: proxyRemoval,
    bodyOptional: true,
    response: proxy,
    target,
    handle: (deps, actor, { params, body }) => removeProxy(deps, actor, params.id, body),
  }),
];
