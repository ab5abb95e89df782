import type { Recorded } from "@/lib/log/record/recorded";
import type { z } from "zod";
import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { removePower } from "@/lib/identities/confer-power";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import type { Deps } from "@/lib/runtime/deps";
import { noSuchProxy, proxyTarget } from "./proxy-dto";
import { getProxyEffects } from "./get-proxy-effects";
import { endSessionsThrough } from "./proxy-effects-repository";
import { findProxyForUpdate, updateProxyRow } from "./proxy-repository";
import { getProxy } from "./read-proxies";
import type { ProxyDto, proxyRemoval } from "./schema";

/**
 * From the next request on nothing that the proxy says counts, on every node, and sessions that
 * were started through it end. The certificates that it has never count for themselves; one that is
 * issued later does. Repeating it changes nothing. Errors: `proxy.not-found`.
 */
export async function removeProxy(
  deps: Pick<Deps, "db" | "clock" | "recorder">,
  actor: Actor,
  id: string,
  { comment }: z.output<typeof proxyRemoval>,
): Promise<Recorded<ProxyDto>> {
  authorize(actor, "proxies.write");
  const { certificates } = await getProxyEffects(deps, actor, id);
  const { entryId } = await auditedTransaction(deps.recorder, actor, async (tx) => {
    const row = await findProxyForUpdate(tx, { id });
    if (!row) throw noSuchProxy();
    const changed = row.status === "active";
    const now = deps.clock.now();
    if (changed) await updateProxyRow(tx, id, { status: "removed" }, now);
    const sessions = changed ? await endSessionsThrough(tx, id, now) : 0;
    const removed = changed
      ? [
          await removePower(tx, actor, {
            identityId: row.identityId,
            power: "proxy",
            through: proxyTarget(row),
            act: "remove-proxy",
          }),
        ]
      : [];
    return {
      result: null,
      entries: [
        {
          action: "proxy.removed",
          outcome: "success",
          ...(changed ? {} : { reason: "no-change" }),
          target: proxyTarget(row),
          details: { comment, sessions, certificates: certificates.count },
        },
        ...removed,
      ],
    };
  });
  return { result: await getProxy(deps, actor, id), entryId };
}
