import type { Database } from "@/lib/db/database";
import type { Prisma } from "@/lib/db/generated/client";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";
import type { SettingRow } from "./types";

export async function readProgress({
  pool,
}: Pick<Database, "pool">): Promise<Readonly<{ upto: number; size: number; at: Date | null }>> {
  const {
    rows: [row],
  } = await pool.query<{ upto: string; size: string; at: Date | null }>(
    "select c.upto, h.size, c.at from custody.cursor c, tlog.head h where c.name = 'alerts'",
  );
  return { upto: Number(row?.upto ?? 0), size: Number(row?.size ?? 0), at: row?.at ?? null };
}

const settingRow = ({
  id,
  enabled,
  severity,
  values,
}: Readonly<{
  id: string;
  enabled: boolean;
  severity: string | null;
  values: unknown;
}>): SettingRow => ({ rule: id, enabled, severity, values: values as Record<string, number> });

export async function listSettings({ prisma }: Pick<Database, "prisma">): Promise<SettingRow[]> {
  return (await prisma.ruleSetting.findMany()).map(settingRow);
}

/** Reads a rule's settings and locks them until the transaction ends, even if there are none yet. */
export async function lockSetting(tx: AuditedTx, rule: string): Promise<SettingRow | null> {
  await tx.$queryRaw`select pg_advisory_xact_lock(hashtext('chancery rule'), hashtext(${rule}))::text`;
  const row = await tx.ruleSetting.findUnique({ where: { id: rule } });
  return row === null ? null : settingRow(row);
}

export async function upsertSetting(
  tx: AuditedTx,
  { rule, enabled, severity, values }: SettingRow,
  now: Date,
): Promise<void> {
  const data = { enabled, severity, values: values as Prisma.InputJsonObject, changedAt: now };
  await tx.ruleSetting.upsert({ where: { id: rule }, create: { id: rule, ...data }, update: data });
}

/** Alerts that each rule has opened since then: in total, and by resolution. */
export async function countOutcomes(
  { pool }: Pick<Database, "pool">,
  since: Date,
): Promise<Map<string, { total: number; expected: number; malicious: number }>> {
  const { rows } = await pool.query<{
    rule: string;
    total: number;
    expected: number;
    malicious: number;
  }>(
    `select rule, count(*)::int as total, count(*) filter (where resolution in ('expected', 'known-change'))::int as expected, count(*) filter (where resolution = 'malicious')::int as malicious
     from alert where opened_at > $1 group by rule`,
    [since],
  );
  return new Map(rows.map(({ rule, ...figures }) => [rule, figures]));
}
