import { systemActor } from "@/lib/auth/actor";
import { AppError, isAppError } from "@/lib/errors/app-error";
import { newId } from "@/lib/ids";
import { auditedTransaction } from "../audited-transaction";
import { haltHead } from "./log-repository";
import type { Halt, PublishDeps } from "./types";

/** Stops the log, and puts its entry where it waits for the continuation. Again is no error and leaves no second entry. True if this call did it. */
export async function haltLog(deps: PublishDeps, halt: Halt): Promise<boolean> {
  const { code, origin, rememberedSize, rememberedRootHex, foundSize } = halt;
  try {
    await auditedTransaction(
      deps,
      systemActor("log", newId("req", deps.clock.now(), deps.random.bytes)),
      async (tx) => {
        if (!(await haltHead(tx, halt)))
          throw new AppError("log.halted-already", "The log is halted already.", {
            kind: "conflict",
          });
        return {
          result: null,
          entries: [
            {
              action: "log.halted",
              outcome: "failure",
              target: { kind: "log", id: origin, label: origin },
              details: {
                code,
                origin,
                rememberedSize,
                rememberedRoot: rememberedRootHex,
                foundSize,
              },
            },
          ],
        };
      },
    );
    return true;
  } catch (error) {
    if (isAppError(error) && error.code === "log.halted-already") return false;
    throw error;
  }
}
