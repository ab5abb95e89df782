import type { Severity } from "@/lib/alerts/schema";
import type { Deps } from "@/lib/deps";
import { newId } from "@/lib/ids";

/** Runs one statement in somebody's transaction: a pg client's query, or Prisma's $executeRawUnsafe (see `throughPg` and `throughPrisma`). */
export type RunSql = (text: string, values: readonly unknown[]) => Promise<unknown>;
export type Announcement = Readonly<{
  alertId: string;
  severity: Severity;
  reason: "opened" | "escalated" | "resolved";
}>;

// The id keeps the time of its seed and gets 64 bits of its own for each destination.
const text = `insert into delivery (id, alert_id, destination_id, reason, status, next_at, created_at)
  select left($1::text, 14) || left(encode(sha256(convert_to($1::text || id, 'UTF8')), 'hex'), 16), $2::text, id, $3::text, 'pending', $5::timestamptz, $5::timestamptz from destination
  where status = 'active' and array_position(array['low', 'medium', 'high', 'critical'], min_severity) <= array_position(array['low', 'medium', 'high', 'critical'], $4::text)`;

/**
 * Has an alert told to every active destination that wants alerts of its severity. Runs in the transaction that changes the alert, so that what
 * is told is what was committed, and nothing that was is left untold. The worker finds the rows within half a second.
 */
export async function enqueueDeliveries(
  sql: RunSql,
  deps: Pick<Deps, "clock" | "random">,
  { alertId, severity, reason }: Announcement,
): Promise<void> {
  const now = deps.clock.now();
  await sql(text, [newId("dlv", now, deps.random.bytes), alertId, reason, severity, now]);
}

export const throughPg =
  (client: Readonly<{ query: (text: string, values: unknown[]) => Promise<unknown> }>): RunSql =>
  (statement, values) =>
    client.query(statement, [...values]);
export const throughPrisma =
  (
    tx: Readonly<{ $executeRawUnsafe: (text: string, ...values: unknown[]) => Promise<unknown> }>,
  ): RunSql =>
  (statement, values) =>
    tx.$executeRawUnsafe(statement, ...values);
