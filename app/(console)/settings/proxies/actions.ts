"use server";

import { z } from "zod";
import { defineAction, defineQuery } from "@/lib/auth/define-action";
import { getProxyEffects } from "@/lib/proxies/get-proxy-effects";
import { removeProxy } from "@/lib/proxies/remove-proxy";
import { proxyChange, proxyInput, proxyRemoval } from "@/lib/proxies/schema";
import { trustProxy } from "@/lib/proxies/trust-proxy";
import { updateProxy } from "@/lib/proxies/update-proxy";

const id = { id: z.string().max(64) };

export const trust = defineAction("proxies.write", proxyInput, trustProxy);
export const update = defineAction(
  "proxies.write",
  proxyChange.extend(id),
  (deps, actor, { id: proxy, ...change }) => updateProxy(deps, actor, proxy, change),
);
export const effects = defineQuery(
  "proxies.read",
  z.strictObject(id),
  (deps, actor, { id: proxy }) => getProxyEffects(deps, actor, proxy),
);
export const remove = defineAction(
  "proxies.write",
  proxyRemoval.extend(id),
  (deps, actor, { id: proxy, ...removal }) => removeProxy(deps, actor, proxy, removal),
);
