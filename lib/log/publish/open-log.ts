import { systemActor } from "@/lib/auth/actor";
import { newId } from "@/lib/ids";
import { auditedTransaction } from "../audited-transaction";
import type { PublishDeps } from "./types";

/** A name that no log had before: where Chancery is reached, and 32 random bits. */
export function makeOrigin({
  publicUrl,
  random,
}: Pick<PublishDeps, "publicUrl" | "random">): string {
  return `${new URL(publicUrl).host}/log/${Buffer.from(random.bytes(4)).toString("hex")}`;
}

/** Gives the log its name and its key, with the entry that says so. Entries from before belong to it. Throws if there is a log already. */
export async function openLog(deps: PublishDeps): Promise<void> {
  const origin = makeOrigin(deps),
    { vkey, publicKey, sealed } = await deps.signer.createLogKey(origin);
  await auditedTransaction(
    deps,
    systemActor("log", newId("req", deps.clock.now(), deps.random.bytes)),
    async (tx) => {
      await tx.$queryRaw`select tlog.open_log(${origin}, ${vkey}, ${Uint8Array.from(publicKey)}::bytea, ${Uint8Array.from(sealed)}::bytea, null)`;
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
