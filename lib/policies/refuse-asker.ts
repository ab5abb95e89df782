import type { Actor } from "@/lib/auth/actor";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { recordEntry } from "@/lib/log/record";

/** Puts on the record that somebody asked in the way of a proxy who is none. Throws `proxy.unknown` once that is done, and `record.unavailable` if it is not. */
export async function refuseAsker(
  deps: Pick<Deps, "db" | "clock" | "random" | "source">,
  actor: Actor,
  request: Readonly<{ method: string; path: string }>,
): Promise<never> {
  const { entryId } = await recordEntry(deps, actor, {
    action: "request.refused",
    outcome: "denied",
    target: null,
    details: { ...request, status: 403, code: "proxy.unknown" },
  });
  throw new AppError(
    "proxy.unknown",
    "Only a proxy that Chancery trusts may ask here, over the port for client certificates and with the certificate of its own identity. An administrator trusts one in Settings, Proxies.",
    { kind: "forbidden", details: { entryId } },
  );
}
