import type { Database } from "@/lib/db/database";
import { unsignedSql } from "./bulk-repository";

export type BulkLineRow = Readonly<{
  n: number;
  certificateId: string | null;
  identityId: string | null;
  alertId: string | null;
  name: string;
  serial: Uint8Array | null;
  identityName: string;
  outcome: string | null;
  code: string | null;
  message: string | null;
  entryId: string | null;
  at: Date | null;
}>;

const resultColumns = `r.outcome, r.code, r.message, r.entry_id as "entryId", r.at`;
const itemsAndResults = `bulk_act b cross join lateral unnest(b.ids) with ordinality as i (id, n)
  left join bulk_result r on r.bulk_id = b.id and r.n = i.n`;
const page = "where b.id = $1 and i.n > $2 order by i.n limit $3";
const statements = {
  certificates: {
    name: "bulk-lines",
    text: `select i.n::int as n, i.id as "certificateId", d.id as "identityId", null as "alertId", coalesce(nullif(c.common_name, ''), c.subject_text) as name, c.serial, d.name as "identityName", ${resultColumns}
      from ${itemsAndResults} join certificate c on c.id = i.id join identity d on d.id = c.identity_id ${page}`,
  },
  identities: {
    name: "bulk-identity-lines",
    text: `select i.n::int as n, null as "certificateId", d.id as "identityId", null as "alertId", d.name, null as serial, d.name as "identityName", ${resultColumns}
      from ${itemsAndResults} join identity d on d.id = i.id ${page}`,
  },
  alerts: {
    name: "bulk-alert-lines",
    text: `select i.n::int as n, null as "certificateId", a.identity_id as "identityId", a.id as "alertId", a.summary as name, null as serial, coalesce(d.name, a.subject_label) as "identityName", ${resultColumns}
      from ${itemsAndResults} join alert a on a.id = i.id left join identity d on d.id = a.identity_id ${page}`,
  },
  requests: {
    name: "bulk-request-lines",
    text: `select i.n::int as n, c.id as "certificateId", d.id as "identityId", null as "alertId", coalesce(nullif(c.common_name, ''), c.subject_text, q.label) as name, c.serial, d.name as "identityName",
        case when ${unsignedSql} then 'refused' else r.outcome end as outcome, r.code,
        case when ${unsignedSql} then 'It was planned, and could not be signed.' else r.message end as message, r.entry_id as "entryId", r.at
      from ${itemsAndResults} join bulk_request q on q.bulk_id = b.id and q.n = i.n join identity d on d.id = q.identity_id
        left join certificate c on c.id = r.certificate_id ${page}`,
  },
} as const;

/** Lines of the report, in order, after a line. */
export async function listBulkLines(
  db: Database,
  of: keyof typeof statements,
  { bulkId, after, take }: Readonly<{ bulkId: string; after: number; take: number }>,
): Promise<BulkLineRow[]> {
  const { rows } = await db.pool.query<BulkLineRow>({
    ...statements[of],
    values: [bulkId, after, take],
  });
  return rows;
}
