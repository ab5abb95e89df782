import type { Actor } from "@/lib/auth/actor";
import { assertOwns, authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { awaitIndexed } from "./await-indexed";
import { countCap, type EntrySummary } from "./schema";
import { recordOf, summaryOf } from "./summary";

export type Custody = Readonly<{
  /** Acts and refusals, oldest first. */
  items: EntrySummary[];
  /** True if older acts than these exist: the search by `target` shows them all. */
  capped: boolean;
  /** How often it was looked at, or used to look at something; at most `countCap`. */
  reads: number;
}>;

const MOST_ACTS = 500;

/**
 * The recorded life of one certificate: what was done to it and with it. Needs certificates.read; with scope "own" it must belong to the
 * actor's identity, else it looks as if it did not exist.
 */
export async function listCustody(
  deps: Pick<Deps, "db">,
  actor: Actor,
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
  return { items: acts.slice(0, MOST_ACTS).reverse(), capped: acts.length > MOST_ACTS, reads };
}

/** Newest first, one more than is shown. */
async function findActs({ db }: Pick<Deps, "db">, certificateId: string): Promise<EntrySummary[]> {
  const walk = (column: string): string =>
    `(select seq from tlog.search where ${column} = $1 and not is_read order by seq desc limit ${MOST_ACTS + 1})`;
  const { rows } = await db.pool.query<{ seq: string; entry: Buffer }>({
    name: "log-custody",
    text: `with found as materialized (${walk("target_id")} union ${walk("certificate_id")} order by seq desc limit ${MOST_ACTS + 1})
      select e.seq, e.entry from found join tlog.entry e using (seq) order by e.seq desc`,
    values: [certificateId],
  });
  return rows.map((row) => summaryOf(Number(row.seq), recordOf(row.entry)));
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
