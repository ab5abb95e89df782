import { AppError } from "@/lib/errors/app-error";
import { formatIso } from "@/lib/format/time";
import type { ProxyRow } from "./proxy-repository";
import { type ProxyDto, proxyScopes } from "./schema";

export function proxyDto(row: ProxyRow): ProxyDto {
  const { id, hops, note } = row;
  return {
    id,
    hops,
    note,
    identity: { id: row.identityId, name: row.identity.name },
    kind: row.kind as ProxyDto["kind"],
    scopes: proxyScopes.filter((scope) => row.scopes.includes(scope)),
    status: row.status as ProxyDto["status"],
    createdAt: formatIso(row.createdAt),
    changedAt: formatIso(row.changedAt),
  };
}

export const proxyTarget = (row: Pick<ProxyRow, "id" | "identity">) => ({
  kind: "proxy" as const,
  id: row.id,
  label: row.identity.name,
});

export const noSuchProxy = (): AppError => new AppError("proxy.not-found", "Proxy not found.");
