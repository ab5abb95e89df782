import type { Database } from "@/lib/db/database";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";
import type { StoredRow } from "@/lib/log/entry-summary";
import { factRun, wholeWordRun } from "@/lib/log/pure/search-tokens";
import { readEntry } from "@/lib/log/read-entry";
import { countMatches, endOfLog } from "@/lib/log/segments/find-entries";
import { findRows } from "@/lib/log/segments/find-rows";
import type { EntryRecord } from "@/lib/log/types";
import type { ProxyRow } from "./proxy-repository";

const pageSize = 2_000;

export type CertificatesThrough = Readonly<{ count: number; newest: readonly string[] }>;

/**
 * The certificates whose plan was recorded for a request that came through this proxy: how many,
 * and the newest of them. Reads the search index, so it sees what is indexed.
 */
export async function findCertificatesThrough(
  db: Database,
  proxy: ProxyRow,
  most: number,
): Promise<CertificatesThrough> {
  const named = await findPlansNaming(db, proxy, most);
  const unnamed = proxy.unscopedUntil === null ? [] : await findUnnamedPlans(db, proxy);
  return {
    count: named.count + unnamed.length,
    newest: [...named.newest, ...unnamed].slice(0, most),
  };
}

/** Entries name the proxy by its id, which is a word of the index; no other part of a plan does. */
async function findPlansNaming(
  db: Database,
  { id }: ProxyRow,
  most: number,
): Promise<CertificatesThrough> {
  const all = [[plannedRun], [wholeWordRun(id.slice(id.indexOf("_") + 1))]];
  const [count, newest] = await Promise.all([
    countMatches(db, { all, low: 0, high: endOfLog }),
    findRows(db, { all }, most),
  ]);
  return { count, newest: newest.flatMap((row) => planOf(row)?.target?.id ?? []) };
}

/**
 * Entries from before proxies had scopes name a proxy by its label alone, before the listener. They
 * are few enough to be read one by one: certificates that certificates asked for.
 */
async function findUnnamedPlans(db: Database, proxy: ProxyRow): Promise<string[]> {
  const found: string[] = [];
  const fromMs = proxy.createdAt.getTime();
  for (let high = Number(proxy.unscopedUntil); ;) {
    const rows = await findRows(db, { all: [[plannedRun]], fromMs, high }, pageSize);
    for (const row of rows) {
      const plan = planOf(row);
      const { via = [] } = plan?.origin ?? {};
      if (plan?.actor.id?.startsWith("crt_") && via.length > 1 && via[0] === proxy.identity.name)
        found.push(plan.target?.id ?? "");
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageSize) return found;
    high = Number(last.seq);
  }
}

const plannedRun = factRun("action", "certificate.planned");

function planOf({ entry }: StoredRow): EntryRecord | null {
  const reading = readEntry(entry);
  return reading.readable ? reading.record : null;
}

export type CertificateThroughRow = Readonly<{
  id: string;
  subject: string;
  state: string;
  not_after: Date;
  created_at: Date;
  identity_id: string;
  identity_name: string;
}>;

/** What lists show of these certificates, newest first. */
export async function findCertificatesById(
  { pool }: Database,
  ids: readonly string[],
): Promise<CertificateThroughRow[]> {
  const { rows } = await pool.query<CertificateThroughRow>(
    `select c.id, coalesce(nullif(c.common_name, ''), c.subject_text) as subject, c.state, c.not_after, c.created_at, c.identity_id, i.name as identity_name
      from certificate c join identity i on i.id = c.identity_id where c.id = any($1) order by c.id desc`,
    [ids],
  );
  return rows;
}

const openThrough = (proxyId: string, now: Date) => ({
  proxyId,
  endedAt: null,
  expiresAt: { gt: now },
});

/** Open sessions that were started through a proxy. */
export const countSessionsThrough = async (
  db: Database,
  proxyId: string,
  now: Date,
): Promise<number> => db.prisma.session.count({ where: openThrough(proxyId, now) });

/** Ends them; returns how many. */
export async function endSessionsThrough(
  tx: AuditedTx,
  proxyId: string,
  now: Date,
): Promise<number> {
  const { count } = await tx.session.updateMany({
    where: openThrough(proxyId, now),
    data: { endedAt: now },
  });
  return count;
}
