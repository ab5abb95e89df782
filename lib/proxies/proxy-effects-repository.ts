import type { Database } from "@/lib/db/database";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";
import { readEntry } from "@/lib/log/read-entry";
import type { ProxyRow } from "./proxy-repository";

const pageSize = 2_000;

type PlanRow = Readonly<{ seq: string; target_id: string; entry: Buffer }>;

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
  { pool }: Database,
  { id }: ProxyRow,
  most: number,
): Promise<CertificatesThrough> {
  const plans = "from tlog.search where action = 'certificate.planned' and words @@ tlog.whole($1)";
  const word = id.slice(id.indexOf("_") + 1).toLowerCase();
  const [counted, newest] = await Promise.all([
    pool.query<{ count: string }>(`select count(*) ${plans}`, [word]),
    pool.query<{ target_id: string }>(`select target_id ${plans} order by seq desc limit ${most}`, [
      word,
    ]),
  ]);
  return {
    count: Number(counted.rows[0]?.count ?? 0),
    newest: newest.rows.map((row) => row.target_id),
  };
}

/**
 * Entries from before proxies had scopes name a proxy by its label alone, before the listener. They
 * are few enough to be read one by one: certificates that certificates asked for.
 */
async function findUnnamedPlans({ pool }: Database, proxy: ProxyRow): Promise<string[]> {
  const found: string[] = [];
  for (let before = String(proxy.unscopedUntil); ;) {
    const { rows } = await pool.query<PlanRow>(
      `select s.seq, s.target_id, e.entry from tlog.search s join tlog.entry e using (seq)
        where s.action = 'certificate.planned' and s.actor_id like 'crt\\_%' and s.ts >= $1 and s.seq < $2 order by s.seq desc limit ${pageSize}`,
      [proxy.createdAt, before],
    );
    for (const { target_id: id, entry } of rows) {
      const reading = readEntry(entry);
      if (!reading.readable) continue;
      const { via } = reading.record.origin;
      if (via.length > 1 && via[0] === proxy.identity.name) found.push(id);
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageSize) return found;
    before = last.seq;
  }
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
