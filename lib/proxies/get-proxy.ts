import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { findProxyRow } from "./proxies-repository";
import { noSuchProxy, proxyDto } from "./proxy-dto";
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
