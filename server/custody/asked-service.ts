import type { ProxyKind } from "@/lib/proxies/schema";

const place = /^\/api\/v1\/authorize(?:\/([^/?]*))?([^?]*)(?:\?(.*))?$/s,
  slug = /^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?$/;

/**
 * The service that a proxy asks about, from the address that it asks at: a part of the path, or the parameter `service`. Null if it is said
 * in neither way, in both, or is no name of a service. Of Envoy the part of the path alone counts: what follows it was written by the client.
 */
export function askedService(kind: ProxyKind, url: string): string | null {
  const match = place.exec(url),
    part = match?.[1],
    behind = match?.[2] ?? "",
    query = match?.[3] ?? "";
  if (kind === "envoy") return nameOr(part);
  const said = query === "" ? [] : new URLSearchParams(query).getAll("service");
  if (behind !== "" || said.length + (part === undefined ? 0 : 1) !== 1) return null;
  return nameOr(part ?? said[0]);
}

const nameOr = (text: string | undefined): string | null =>
  text !== undefined && slug.test(text) ? text : null;

/** The same before the proxy's kind is known: a guess, that has to be confirmed. */
export const likelyService = (url: string): string | null =>
  askedService("nginx", url) ?? askedService("envoy", url);
