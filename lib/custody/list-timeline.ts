import type { AnyActor } from "@/lib/access/actor";
import { assertOwns, authorize } from "@/lib/access/permissions";
import type { Deps } from "@/lib/runtime/deps";
import { awaitIndexed } from "@/lib/log/sequence/await-indexed";
import { countCap, type EntrySummary } from "@/lib/log/schema";
import { storedColumns, type StoredRow, toEntrySummary } from "@/lib/log/entry-summary";

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

/** Newest first, with one more than the limit. */
async function findActs({ db }: Pick<Deps, "db">, certificateId: string): Promise<EntrySummary[]> {
  const walk = (column: string): string =>
    `(select seq from tlog.search where ${column} = $1 and not is_read order by seq desc limit ${maxTimelineEntries + 1})`;
  const { rows } = await db.pool.query<StoredRow>({
    name: "log-custody",
    text: `with found as materialized (${walk("target_id")} union ${walk("certificate_id")} order by seq desc limit ${maxTimelineEntries + 1})
      select ${storedColumns} from found join tlog.entry e using (seq) order by e.seq desc`,
    values: [certificateId],
  });
  return rows.map(toEntrySummary);
}

async function countReads({ db }: Pick<Deps, "db">, certificateId: string): Promise<number> {
  const walk = (column: string): string =>
    `(select seq from tlog.search where ${column} = $1 and is_read limit ${countCap})`;
  const { rows } = await db.pool.query<{ count: string }>({
    name: "log-custody-reads",
    text: `select count(*) from (${walk("target_id")} union ${walk("certificate_id")} limit ${countCap}) as matching`,
    values: [certificateId],
  });
  return Number(rows[0]?.count ?? 0);
}
