import { systemActor } from "@/lib/access/actor";
import { newId } from "@/lib/format/ids";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import { insertHalt } from "./log-repository";
import type { Halt, PublishDeps } from "./types";

/**
 * Halts the log and writes its entry, which stays in the inbox until the log is continued. True if
 * this call halted the log; false, with no second entry, if it was halted already.
 */
export async function haltLog(deps: PublishDeps, halt: Halt): Promise<boolean> {
  const { code, origin, rememberedSize, rememberedRootHex, foundSize } = halt;
  const actor = systemActor("log", newId("req", deps.clock.now(), deps.random.bytes));
  const committed = await auditedTransaction(deps.recorder, actor, async (tx) => {
    if (!(await insertHalt(tx, halt))) return null;
    const details = { code, origin, rememberedSize, rememberedRoot: rememberedRootHex, foundSize };
    const target = { kind: "log", id: origin, label: origin };
    return {
      result: null,
      entries: [{ action: "log.halted", outcome: "failure", target, details }],
    };
  });
  return committed !== null;
}
