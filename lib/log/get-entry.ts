import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { describeEntry } from "./describe-entry";
import { findEntryRow } from "./find-entry-row";
import type { EntryDetail } from "./schema";
import { recordOf } from "./summary";

/** One entry whole, by number or id (ent_…). Needs audit.read. Throws AppError `entry.not-found`. */
export async function getEntry(
  deps: Pick<Deps, "db">,
  actor: Actor,
  seqOrId: string | number,
): Promise<EntryDetail> {
  authorize(actor, "audit.read");
  const { seq, id, leafHash, entry, sequencedAt } = await findEntryRow(deps, seqOrId),
    record = recordOf(entry);
  return {
    seq,
    id,
    record,
    leafHashHex: leafHash.toString("hex"),
    sequencedAt: sequencedAt.toISOString(),
    bytesText: entry.toString("utf8"),
    sentence: describeEntry(record),
  };
}
