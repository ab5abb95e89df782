import type { Recorded } from "@/lib/log/record/recorded";
import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { AppError } from "@/lib/errors/app-error";
import { grantPower } from "@/lib/identities/confer-power";
import { requirePower } from "@/lib/identities/power";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import type { Deps } from "@/lib/runtime/deps";
import { noSuchProxy, proxyTarget } from "./proxy-dto";
import {
  findProxyForUpdate,
  type ProxyFields,
  type ProxyRow,
  updateProxyRow,
} from "./proxy-repository";
import { endSessionsThrough } from "./proxy-effects-repository";
import { getProxy } from "./read-proxies";
import type { ProxyChange, ProxyDto } from "./schema";

const textOf = (value: string | number | readonly string[]): string =>
  typeof value === "object" ? value.join(", ") : String(value);

/** What really changes, as texts for the record. */
export function changesOf(
  row: ProxyRow,
  fields: ProxyFields,
): Record<string, { from: string; to: string }> {
  const changes: Record<string, { from: string; to: string }> = {};
  for (const field of ["kind", "hops", "scopes", "note", "status"] as const) {
    const from = textOf(row[field]);
    const to = textOf(fields[field] ?? row[field]);
    if (from !== to) changes[field] = { from, to };
  }
  return changes;
}

/**
 * Changes how the proxy's headers are read and what its word counts for, from the next request on.
 * Without the scope `console`, sessions that were started through it end. A wider scope confers
 * power, as trusting does. Errors: `proxy.not-found`, `proxy.removed`, `power.unaccepted`.
 */
export async function updateProxy(
  deps: Pick<Deps, "db" | "clock" | "recorder">,
  actor: Actor,
  id: string,
  input: ProxyChange,
): Promise<Recorded<ProxyDto>> {
  authorize(actor, "proxies.write");
  const fields: ProxyFields = {
    ...(input.kind && { kind: input.kind }),
    ...(input.hops === undefined ? {} : { hops: input.hops }),
    ...(input.scopes && { scopes: input.scopes }),
    ...(input.note === undefined ? {} : { note: input.note }),
  };
  const { entryId } = await auditedTransaction(deps.recorder, actor, async (tx) => {
    const row = await findProxyForUpdate(tx, { id });
    if (!row) throw noSuchProxy();
    if (row.status !== "active")
      throw new AppError(
        "proxy.removed",
        "This proxy is trusted no longer. Trust its identity again to change it.",
      );
    await requirePower(tx, actor, row.identityId, "change-proxy");
    const changes = changesOf(row, fields),
      changed = Object.keys(changes).length > 0;
    const now = deps.clock.now();
    if (changed) await updateProxyRow(tx, id, fields, now);
    const keepsSessions = (fields.scopes ?? row.scopes).includes("console");
    const sessions = keepsSessions ? 0 : await endSessionsThrough(tx, id, now);
    const isWider = (fields.scopes ?? []).some((scope) => !row.scopes.includes(scope));
    const granted = isWider
      ? [
          await grantPower(tx, actor, {
            identityId: row.identityId,
            power: "proxy",
            through: proxyTarget(row),
            act: "change-proxy",
            accepted: input.accepted,
            now,
          }),
        ]
      : [];
    return {
      result: null,
      entries: [
        {
          action: "proxy.updated",
          outcome: "success",
          ...(changed ? {} : { reason: "no-change" }),
          target: proxyTarget(row),
          details: { changes, ...(sessions === 0 ? {} : { sessions }) },
        },
        ...granted,
      ],
    };
  });
  return { result: await getProxy(deps, actor, id), entryId };
}
