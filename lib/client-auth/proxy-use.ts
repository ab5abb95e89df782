import type { ProxyScope } from "@/lib/proxies/schema";

/** The parts of Chancery that a proxy passes requests on to. */
export type RequestArea = "authorize" | "api" | "console";

/**
 * What counts of what a proxy says about its client: the certificate and the address, the address
 * alone, or nothing, which refuses the request.
 */
export type ProxyUse = "certificate" | "address" | "nothing";

/** The scope without which a request of a proxy is refused; `any` if `api` or `console` would do. */
export type MissingScope = ProxyScope | "any";

/**
 * The scope that a request through a proxy needs and the proxy doesn't have; null if it has it. A
 * token counts in its own right, but its request comes from where the proxy says, and the holder of
 * the proxy's key sees the token: that takes `console`, whatever certificate comes with it. Pure.
 */
export function missingScope(
  scopes: readonly ProxyScope[],
  area: RequestArea,
  sent: Readonly<{ token: boolean; certificate: boolean }>,
): MissingScope | null {
  const need = (scope: ProxyScope): MissingScope | null => (scopes.includes(scope) ? null : scope);
  if (area === "authorize") return need("forward-auth");
  if (area === "console" || sent.token) return need("console");
  if (sent.certificate) return need("api");
  return scopes.includes("api") || scopes.includes("console") ? null : "any";
}

/** What a proxy with these scopes is believed in this part of Chancery (decision 17). Pure. */
export function proxyUse(scopes: readonly ProxyScope[], area: RequestArea): ProxyUse {
  if (area === "authorize") return scopes.includes("forward-auth") ? "certificate" : "nothing";
  if (area === "api" && scopes.includes("api")) return "certificate";
  return scopes.includes("console") ? "address" : "nothing";
}
