import type { AnyActor } from "@/lib/access/actor";
import { AppError } from "@/lib/errors/app-error";
import { recordRefusalEntry } from "@/lib/log/record/record-refusal";
import type { Deps } from "@/lib/runtime/deps";

/**
 * Records a forward-auth request from a client that is not a trusted proxy, and throws
 * `proxy.unknown`. Errors: also `record.unavailable` if it cannot be recorded.
 */
export async function refuseUntrustedProxy(
  deps: Pick<Deps, "recorder">,
  actor: AnyActor,
  request: Readonly<{ method: string; path: string }>,
): Promise<never> {
  const { entryId } = await recordRefusalEntry(deps.recorder, actor, {
    action: "request.refused",
    outcome: "denied",
    target: null,
    details: { ...request, status: 403, code: "proxy.unknown" },
  });
  throw new AppError(
    "proxy.unknown",
    "Only a trusted proxy can send this request, over the mTLS port and with its own client certificate. An administrator adds trusted proxies under Settings → Proxies.",
    entryId === null ? {} : { recordedAs: entryId },
  );
}
