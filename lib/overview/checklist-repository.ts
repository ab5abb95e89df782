import type { Database } from "@/lib/db/database";
import { toEntrySummary } from "@/lib/log/entry-summary";
import { factRun } from "@/lib/log/pure/search-tokens";
import type { EntrySummary } from "@/lib/log/schema";
import { findRows } from "@/lib/log/segments/find-rows";

/** What exists, as far as the checklist asks. */
export type Existing = Readonly<{
  certificates: boolean;
  destinations: boolean;
  administrators: number;
  rootId: string | null;
}>;

/**
 * Certificates of others than Chancery, active destinations, and administrators who can sign in: one
 * who was invited and has not come yet can't.
 */
export async function readExisting({ pool }: Pick<Database, "pool">): Promise<Existing> {
  const { rows } = await pool.query<Existing>({
    name: "overview_checklist",
    text: `select exists (select from certificate c join identity i on i.id = c.identity_id where i.kind <> 'system' and c.issued_at is not null) as certificates,
      exists (select from destination where status = 'active') as destinations,
      (select count(*) from account where role = 'admin' and status = 'active' and (password_hash is not null or identity_id is not null))::int as administrators,
      (select id from authority where kind = 'root' and status = 'active' order by created_at, id limit 1) as "rootId"`,
  });
  return rows[0] ?? { certificates: false, destinations: false, administrators: 0, rootId: null };
}

/** More than there are steps, with what was said twice at the same moment. */
const maxConfirmations = 50;

/** What administrators said about the checklist, newest first: these entries are all there is of it. */
export async function findConfirmations(db: Pick<Database, "pool">): Promise<EntrySummary[]> {
  const said = ["setup.step-confirmed", "setup.checklist-dismissed"].map((action) =>
    factRun("action", action),
  );
  const rows = await findRows(db, { all: [said] }, maxConfirmations);
  return rows.map(toEntrySummary);
}
