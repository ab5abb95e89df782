import { systemActor } from "@/lib/access/actor";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { newId } from "@/lib/format/ids";
import type { Deps } from "@/lib/runtime/deps";
import { findDueSupersessions } from "./plan-repository";

const pageSize = 100;

/**
 * Revokes rotated certificates whose overlap is over, as superseded. Safe to run on several nodes
 * at once. Returns how many.
 */
export async function runDueSupersessions(
  deps: Pick<Deps, "db" | "clock" | "random" | "recorder">,
): Promise<{ superseded: number }> {
  const now = deps.clock.now();
  const actor = systemActor("rotation", newId("req", now, deps.random.bytes));
  let superseded = 0;
  for (;;) {
    const ids = await findDueSupersessions(deps.db, now, pageSize);
    if (ids.length === 0) return { superseded };
    for (const id of ids)
      await revokeCertificate(deps, actor, id, {
        reason: "superseded",
        comment: "The rotation's overlap is over.",
      });
    superseded += ids.length;
  }
}
