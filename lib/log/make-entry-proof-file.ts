import { setTimeout as pause } from "node:timers/promises";
import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { findEntryRow } from "./find-entry-row";
import { notSealed } from "./prove";
import { newestProvable } from "./provable";
import { formatTlogProof } from "./pure/tlog-proof";
import { proveInclusion } from "./tree/prove";
import { makeReadHashes } from "./tree-reader";

const LONGEST_WAIT_MS = 2_000,
  LOOK_EVERY_MS = 100;

/**
 * The proof of one entry as a file for tools without a network (C2SP tlog-proof, `.tlog-proof`). Waits up to two seconds for a checkpoint that
 * covers a new entry. The entry's exact bytes are its extra data, so that the file says by itself what it proves. Needs audit.read. Throws AppError `entry.not-found`, `log.not-sealed`.
 */
export async function makeEntryProofFile(
  deps: Pick<Deps, "db">,
  actor: Actor,
  seqOrId: string | number,
): Promise<string> {
  authorize(actor, "audit.read");
  const { seq, entry } = await findEntryRow(deps, seqOrId),
    giveUp = performance.now() + LONGEST_WAIT_MS;
  for (;;) {
    const found = await newestProvable(deps);
    if (found !== null && found.size > seq) {
      const path = await proveInclusion(makeReadHashes(deps.db, found.size), seq, found.size);
      return formatTlogProof({ extra: entry, index: seq, path, checkpoint: found.note });
    }
    if (performance.now() >= giveUp)
      throw notSealed(`No published checkpoint covers entry ${seq} yet.`);
    await pause(LOOK_EVERY_MS);
  }
}
