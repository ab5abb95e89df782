import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { auditedTransaction } from "@/lib/log/audited-transaction";
import { getProxy } from "./get-proxy";
import { lockProxy, updateProxyRow } from "./proxies-repository";
import type { ProxyFields, ProxyRow } from "./proxies-repository";
import { noSuchProxy, proxyTarget } from "./proxy-dto";
import type { ProxyChange, ProxyDto } from "./schema";

/** What really changes, as texts for the record. */
export function changesOf(
  row: ProxyRow,
  fields: ProxyFields,
): Record<string, { from: string; to: string }> {
  const changes: Record<string, { from: string; to: string }> = {};
  for (const field of ["kind", "hops", "note", "status"] as const) {
    const from = String(row[field]),
      to = String(fields[field] ?? row[field]);
    if (from !== to) changes[field] = { from, to };
  }
  return changes;
}

/** Changes how the proxy's headers are read; it counts from the next request on. Errors: `proxy.not-found`, `proxy.removed`. */
export async function updateProxy(
  deps: Pick<Deps, "db" | "clock" | "random" | "source">,
  actor: Actor,
  id: string,
  input: ProxyChange,
): Promise<ProxyDto> {
  authorize(actor, "proxies.write");
  const fields: ProxyFields = {
    ...(input.kind && { kind: input.kind }),
    ...(input.hops === undefined ? {} : { hops: input.hops }),
    ...(input.note === undefined ? {} : { note: input.note }),
  };
  const { entryIds } = await auditedTransaction(deps, actor, async (tx) => {
    const row = await lockProxy(tx, { id });
    if (!row) throw noSuchProxy();
    if (row.status !== "active")
      throw new AppError(
        "proxy.removed",
        "This proxy is trusted no longer. Trust its identity again to change it.",
        { kind: "conflict" },
      );
    const changes = changesOf(row, fields),
      changed = Object.keys(changes).length > 0;
    if (changed) await updateProxyRow(tx, id, fields, deps.clock.now());
    return {
      result: null,
      entries: [
        {
          action: "proxy.updated",
          outcome: "success",
          ...(changed ? {} : { reason: "no-change" }),
          target: proxyTarget(row),
          details: { changes },
        },
      ],
    };
  });
  return { ...(await getProxy(deps, actor, id)), entryId: entryIds[0] ?? "" };
}
