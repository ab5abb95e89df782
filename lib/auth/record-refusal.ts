import type { Actor } from "@/lib/auth/actor";
import type { Deps } from "@/lib/deps";
import { recordEntry } from "@/lib/log/record";

export type RefusedRequest = Readonly<{
  code: string;
  method: string;
  path: string;
  status: number;
  reason?: string;
}>;

const deniedCodes = new Set([401, 403, 307]);

/** Puts a request that never became an act on the record, in its own transaction. Throws `record.unavailable` if it cannot. */
export async function recordRefusal(
  deps: Pick<Deps, "db" | "clock" | "random">,
  actor: Actor,
  refused: RefusedRequest,
): Promise<void> {
  const { code, method, path, status, reason } = refused;
  await recordEntry(deps, actor, {
    action: "request.refused",
    outcome: deniedCodes.has(status) ? "denied" : "failure",
    ...(reason === undefined ? {} : { reason }),
    target: null,
    details: { method, path, status, code },
  });
}
