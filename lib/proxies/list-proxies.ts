import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { listProxyRows } from "./proxies-repository";
import { proxyDto } from "./proxy-dto";
import type { ProxyDto } from "./schema";

/** All proxies, those that are trusted first; removed ones stay in the list. There are few, so they come at once. */
export async function listProxies(
  deps: Pick<Deps, "db">,
  actor: Actor,
): Promise<Readonly<{ items: readonly ProxyDto[]; nextCursor: null }>> {
  authorize(actor, "proxies.read");
  return { items: (await listProxyRows(deps.db)).map(proxyDto), nextCursor: null };
}
