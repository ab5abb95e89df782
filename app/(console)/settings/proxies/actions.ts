"use server";

import { z } from "zod";
import { act } from "@/lib/auth/act";
import { removeProxy } from "@/lib/proxies/remove-proxy";
import { proxyChange, proxyInput, proxyRemoval } from "@/lib/proxies/schema";
import { trustProxy } from "@/lib/proxies/trust-proxy";
import { updateProxy } from "@/lib/proxies/update-proxy";

const id = { id: z.string().max(64) };

export const trust = act("proxies.write", proxyInput, trustProxy);
export const update = act(
  "proxies.write",
  proxyChange.extend(id),
  (deps, actor, { id: proxy, ...change }) => updateProxy(deps, actor, proxy, change),
);
export const remove = act(
  "proxies.write",
  proxyRemoval.extend(id),
  (deps, actor, { id: proxy, ...removal }) => removeProxy(deps, actor, proxy, removal),
);
