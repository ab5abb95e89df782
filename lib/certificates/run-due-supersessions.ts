import { systemActor } from "@/lib/auth/actor";
import type { Deps } from "@/lib/deps";
import { newId } from "@/lib/ids";
import { findDueSupersessions } from "./certificates-repository";
import { revokeCertificate } from "./revoke-certificate";

const page = 100;

/** Revokes as superseded whatever was rotated and whose overlap is over. Safe to run on several nodes. Returns how many. */
export async function runDueSupersessions(
  deps: Pick<Deps, "db" | "clock" | "random">,
): Promise<{ superseded: number }> {
  const now = deps.clock.now(),
    actor = systemActor("rotation", newId("req", now, deps.random.bytes));
  let superseded = 0;
  for (
    let ids = await findDueSupersessions(deps.db, now, page);
    ids.length > 0;
    ids = await findDueSupersessions(deps.db, now, page)
  ) {
    for (const id of ids)
      await revokeCertificate(deps, actor, id, {
        reason: "superseded",
        comment: "The overlap of its rotation is over.",
      });
    superseded += ids.length;
  }
  return { superseded };
}
