import type { ProxyKind } from "@/lib/proxies/schema";

const authorizePath = /^\/api\/v1\/authorize(?:\/([^/?]*))?([^?]*)(?:\?(.*))?$/s;
const slug = /^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?$/;

/**
 * The service that a proxy asks about: a segment of the path, or the query parameter `service`.
 * Null if it is given in neither form or in both, or is not the name of a service. With Envoy only
 * the path segment counts, because the rest of the URL was written by the client.
 */
export function requestedService(kind: ProxyKind, url: string): string | null {
  const match = authorizePath.exec(url);
  const segment = match?.[1];
  const rest = match?.[2] ?? "";
  const query = match?.[3] ?? "";
  if (kind === "envoy") return nameOrNull(segment);
  const parameters = query === "" ? [] : new URLSearchParams(query).getAll("service");
  if (rest !== "" || parameters.length + (segment === undefined ? 0 : 1) !== 1) return null;
  return nameOrNull(segment ?? parameters[0]);
}

const nameOrNull = (text: string | undefined): string | null =>
  text !== undefined && slug.test(text) ? text : null;
