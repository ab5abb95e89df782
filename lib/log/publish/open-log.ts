import { systemActor } from "@/lib/access/actor";
import { newId } from "@/lib/format/ids";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import type { PublishDeps } from "./types";

/** A new, unique origin line: the public hostname and 32 random bits (C2SP tlog-checkpoint). */
export function makeLogOrigin({
  publicUrl,
  random,
}: Pick<PublishDeps, "publicUrl" | "random">): string {
  return `${new URL(publicUrl).host}/log/${Buffer.from(random.bytes(4)).toString("hex")}`;
}

/**
 * Creates the first log: its origin, its key and the entry `log.opened`. Entries that were written
 * before belong to it. Throws if a log exists already.
 */
export async function openLog(deps: PublishDeps): Promise<void> {
  const origin = makeLogOrigin(deps);
  const { vkey } = await deps.signer.createLogKey(origin);
  await auditedTransaction(
    deps.recorder,
    systemActor("log", newId("req", deps.clock.now(), deps.random.bytes)),
    async (tx) => {
      await tx.$queryRaw`select tlog.open_log(${origin}, null)`;
      return {
        result: null,
        entries: [
          {
            action: "log.opened",
            outcome: "success",
            target: { kind: "log", id: origin, label: origin },
            details: { origin, vkey },
          },
        ],
      };
    },
  );
}
