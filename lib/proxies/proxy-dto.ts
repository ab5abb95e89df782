import { AppError } from "@/lib/errors/app-error";
import { formatIso } from "@/lib/format/time";
import type { ProxyRow } from "./proxies-repository";
import type { ProxyDto } from "./schema";

export function proxyDto(row: ProxyRow): ProxyDto {
  const { id, hops, note } = row;
  return {
    id,
    hops,
    note,
    identity: { id: row.identityId, name: row.identity.name },
    kind: row.kind as ProxyDto["kind"],
    status: row.status as ProxyDto["status"],
    createdAt: formatIso(row.createdAt),
    changedAt: formatIso(row.changedAt),
  };
}

export const proxyTarget = (row: Pick<ProxyRow, "id" | "identity">) => ({
  kind: "proxy",
  id: row.id,
  label: row.identity.name,
});

export const noSuchProxy = (): AppError =>
  new AppError("proxy.not-found", "There is no such proxy.", { kind: "not-found" });
