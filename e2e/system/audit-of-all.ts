import pg from "pg";
import { readRunFile } from "@/lib/runtime/run-file";

type Row = {
  id: string;
  state: string;
  fingerprint: string | null;
  planned: boolean;
  issued: boolean;
};

/** What the tables say against what the log says, for every certificate there is. */
export type Balance = Readonly<{
  /** Certificates that count as issued, by id, with their fingerprint. */
  issued: ReadonlyMap<string, string>;
  /** Issued, but without the entry that planned or the entry that issued it. */
  withoutEntries: readonly string[];
  /** Still planned: neither signed nor given up. */
  open: readonly string[];
  /** Entries that say issued, for certificates that are not. */
  entriesWithoutRow: readonly string[];
}>;

/**
 * Compares table and log, both read directly and not through the product. What is not numbered yet
 * does not count: wait for it first.
 */
export async function balanceOf(dataFolder: string): Promise<Balance> {
  const client = new pg.Client({ connectionString: readRunFile(dataFolder)?.databaseUrl });
  await client.connect();
  try {
    const said = `with log as (
        select convert_from(entry, 'UTF8')::jsonb as e from tlog.entry
      ), named as (select distinct e ->> 'action' as action, e #>> '{target,id}' as id, e #>> '{details,fingerprintSha256}' as fingerprint from log where e ->> 'action' in ('certificate.planned', 'certificate.issued'))`;
    const { rows } =
      await client.query<Row>(`${said} select c.id, c.state, encode(c.fingerprint_sha256, 'hex') as fingerprint,
        exists (select from named n where n.id = c.id and n.action = 'certificate.planned') as planned,
        exists (select from named n where n.id = c.id and n.action = 'certificate.issued' and n.fingerprint = encode(c.fingerprint_sha256, 'hex')) as issued
      from certificate c`);
    const { rows: lone } = await client.query<{
      id: string;
    }>(`${said} select id from named n where n.action = 'certificate.issued'
        and not exists (select from certificate c where c.id = n.id and c.der is not null and encode(c.fingerprint_sha256, 'hex') = n.fingerprint)`);
    const issued = rows.filter(({ fingerprint }) => fingerprint !== null);
    return {
      issued: new Map(issued.map(({ id, fingerprint }) => [id, fingerprint ?? ""])),
      withoutEntries: issued.filter((row) => !row.planned || !row.issued).map(({ id }) => id),
      open: rows.filter(({ state }) => state === "planned").map(({ id }) => id),
      entriesWithoutRow: lone.map(({ id }) => id),
    };
  } finally {
    await client.end();
  }
}
