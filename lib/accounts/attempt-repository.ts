import type { Database } from "@/lib/db/database";
import type { AuditedTx } from "@/lib/log/audited-transaction";

export type AttemptLimit = Readonly<{ key: string; limit: number }>;
export type AttemptState = Readonly<{
  key: string;
  count: number;
  refused: boolean;
  locked_until: Date | null;
}>;

const windowMs = 15 * 60_000,
  lockMs = 15 * 60_000;
export const lockedFrom = (now: Date): Date => new Date(now.getTime() + lockMs);

/**
 * Counts an attempt under each key before the password is looked at, so that many at once get no more guesses than one after the other.
 * `refused` says that the key was locked already: such an attempt counts for nothing and does not lengthen the lock.
 */
export async function countAttempts(
  db: Database,
  limits: readonly AttemptLimit[],
  now: Date,
): Promise<AttemptState[]> {
  const sorted = limits.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const { rows } = await db.pool.query<AttemptState>({
    name: "count-sign-in-attempts",
    text: `with asked as (select * from unnest($1::text[], $2::int[]) as t(key, most)),
      before as materialized (select f.key, f.locked_until from sign_in_failure f where f.key = any($1) order by f.key for update),
      counted as (
        insert into sign_in_failure as f (key, count, first_at, last_at)
        select asked.key, 1, $3, $3 from asked left join before using (key) order by asked.key
        on conflict (key) do update set
          count = case when f.locked_until > $3 then f.count when f.locked_until is not null or f.first_at < $4 then 1 else f.count + 1 end,
          first_at = case when f.locked_until > $3 then f.first_at when f.locked_until is not null or f.first_at < $4 then $3 else f.first_at end,
          last_at = $3,
          locked_until = case when f.locked_until > $3 then f.locked_until
            when f.locked_until is null and f.first_at >= $4 and f.count + 1 >= (select most from asked where asked.key = f.key) then $5::timestamptz end
        returning key, count, locked_until)
      select counted.*, coalesce(before.locked_until > $3, false) as refused from counted left join before using (key)`,
    values: [
      sorted.map((row) => row.key),
      sorted.map((row) => row.limit),
      now,
      new Date(now.getTime() - windowMs),
      lockedFrom(now),
    ],
  });
  return rows;
}

/** After a success: the account starts anew, the address only gets this attempt back. */
export async function forgiveAttempts(
  tx: AuditedTx,
  accountKey: string,
  addressKey: string,
): Promise<void> {
  await tx.$executeRaw`delete from sign_in_failure where key = ${accountKey}`;
  await tx.$executeRaw`update sign_in_failure set count = greatest(count - 1, 0) where key = ${addressKey}`;
}
