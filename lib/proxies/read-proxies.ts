import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import type { Deps } from "@/lib/runtime/deps";
import { noSuchProxy, proxyDto } from "./proxy-dto";
import { findProxyRow, listProxyRows } from "./proxy-repository";
import type { ProxyDto } from "./schema";

/** Errors: `proxy.not-found`. */
export async function getProxy(
  deps: Pick<Deps, "db">,
  actor: Actor,
  id: string,
): Promise<ProxyDto> {
  authorize(actor, "proxies.read");
  const row = await findProxyRow(deps.db, id);
  if (!row) throw noSuchProxy();
  return proxyDto(row);
}

/**
 * All proxies, those that are trusted first; removed ones stay in the list. There are few, so they
 * come at once.
 */
export async function listProxies(
  deps: Pick<Deps, "db">,
  actor: Actor,
): Promise<Readonly<{ items: readonly ProxyDto[]; nextCursor: null }>> {
  authorize(actor, "proxies.read");
  return { items: (await listProxyRows(deps.db)).map(proxyDto), nextCursor: null };
}
