import type { z } from "zod";
import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { auditedTransaction } from "@/lib/log/audited-transaction";
import { getProxy } from "./get-proxy";
import { lockProxy, updateProxyRow } from "./proxies-repository";
import { noSuchProxy, proxyTarget } from "./proxy-dto";
import type { ProxyDto, proxyRemoval } from "./schema";

/** From the next request on nothing that it says of others counts; its certificates stand for its own identity again. Asking twice changes nothing. Errors: `proxy.not-found`. */
export async function removeProxy(
  deps: Pick<Deps, "db" | "clock" | "random" | "source">,
  actor: Actor,
  id: string,
  { comment }: z.output<typeof proxyRemoval>,
): Promise<ProxyDto> {
  authorize(actor, "proxies.write");
  const { entryIds } = await auditedTransaction(deps, actor, async (tx) => {
    const row = await lockProxy(tx, { id });
    if (!row) throw noSuchProxy();
    const changed = row.status === "active";
    if (changed) await updateProxyRow(tx, id, { status: "removed" }, deps.clock.now());
    return {
      result: null,
      entries: [
        {
          action: "proxy.removed",
          outcome: "success",
          ...(changed ? {} : { reason: "no-change" }),
          target: proxyTarget(row),
          details: { comment },
        },
      ],
    };
  });
  return { ...(await getProxy(deps, actor, id)), entryId: entryIds[0] ?? "" };
}
