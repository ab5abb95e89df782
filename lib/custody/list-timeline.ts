import type { AnyActor } from "@/lib/access/actor";
import { assertOwns, authorize } from "@/lib/access/permissions";
import type { Deps } from "@/lib/runtime/deps";
import { awaitIndexed } from "@/lib/log/sequence/await-indexed";
import { countCap, type EntrySummary } from "@/lib/log/schema";
import { factRun } from "@/lib/log/pure/search-tokens";
import { countMatches, endOfLog } from "@/lib/log/segments/find-entries";
import { findRows } from "@/lib/log/segments/find-rows";
import type { Clause } from "@/lib/log/segments/walk-segments";
import { toEntrySummary } from "@/lib/log/entry-summary";

export type Custody = Readonly<{
  /** Actions and refusals, oldest first. */
  items: EntrySummary[];
  /** Whether there are older entries; a search by `target` shows all of them. */
  capped: boolean;
  /** The number of reads of it and with it, at most `countCap`. */
  reads: number;
}>;

const maxTimelineEntries = 500;

/**
 * The chain of custody of a certificate: everything that was done to it and with it. Needs
 * certificates.read; with scope "own" the certificate must belong to the actor's identity, else it
 * is treated as missing.
 */
export async function listCustody(
  deps: Pick<Deps, "db">,
  actor: AnyActor,
  certificateId: string,
): Promise<Custody> {
  const scope = authorize(actor, "certificates.read");
  if (scope === "own") {
    const row = await deps.db.prisma.certificate.findUnique({
      where: { id: certificateId },
      select: { identityId: true },
    });
    assertOwns(actor, scope, row?.identityId ?? "", "certificate");
  }
  await awaitIndexed(deps.db);
  const [acts, reads] = await Promise.all([
    findActs(deps, certificateId),
    countReads(deps, certificateId),
  ]);
  return {
    items: acts.slice(0, maxTimelineEntries).reverse(),
    capped: acts.length > maxTimelineEntries,
    reads,
  };
}

/** Entries about a certificate, and those of requests that were made with it. */
const aboutOrWith = (certificateId: string): Clause => [
  factRun("target", certificateId),
  factRun("certificate", certificateId),
];

/** Newest first, with one more than the limit. */
async function findActs({ db }: Pick<Deps, "db">, certificateId: string): Promise<EntrySummary[]> {
  const all = [aboutOrWith(certificateId), [factRun("kind", "a")]];
  const rows = await findRows(db, { all }, maxTimelineEntries + 1);
  return rows.map(toEntrySummary);
}

async function countReads({ db }: Pick<Deps, "db">, certificateId: string): Promise<number> {
  const all = [aboutOrWith(certificateId), [factRun("kind", "r")]];
  return Math.min(await countMatches(db, { all, low: 0, high: endOfLog }, countCap), countCap);
}
