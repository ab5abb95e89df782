import { newId } from "@/lib/format/ids";
import type { Deps } from "@/lib/runtime/deps";
import type { Severity } from "./schema";

type Transaction = Readonly<{
  $executeRawUnsafe: (text: string, ...values: unknown[]) => Promise<unknown>;
}>;
export type Notification = Readonly<{
  alertId: string;
  severity: Severity;
  reason: "opened" | "escalated" | "resolved";
}>;

// Each id has the time of the given id, and 64 bits derived from it and the destination.
const text = `insert into delivery (id, alert_id, destination_id, reason, status, next_at, created_at)
  select left($1::text, 14) || left(encode(sha256(convert_to($1::text || id, 'UTF8')), 'hex'), 16), $2::text, id, $3::text, 'pending', $5::timestamptz, $5::timestamptz from destination
  where status = 'active' and array_position(array['low', 'medium', 'high', 'critical'], min_severity) <= array_position(array['low', 'medium', 'high', 'critical'], $4::text)`;

/**
 * Enqueues a delivery to each active destination whose minimum severity the alert reaches, in the
 * transaction that changes the alert: exactly what is committed is delivered. The delivery worker
 * picks the rows up within half a second.
 */
export async function enqueueDeliveries(
  tx: Transaction,
  deps: Pick<Deps, "clock" | "random">,
  { alertId, severity, reason }: Notification,
): Promise<void> {
  const now = deps.clock.now();
  const id = newId("dlv", now, deps.random.bytes);
  await tx.$executeRawUnsafe(text, id, alertId, reason, severity, now);
}
