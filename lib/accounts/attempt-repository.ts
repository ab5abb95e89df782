import type { Database } from "@/lib/db/database";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";

export type AttemptLimit = Readonly<{ key: string; limit: number }>;

const windowMs = 15 * 60_000;
const lockMs = 15 * 60_000;
/** More than one attempt adds, so that outdated counters never pile up. */
const purgedPerAttempt = 20;

/**
 * A counter that reached its limit with this attempt, and when it accepts attempts again.
 */
export type NewLock = Readonly<{ key: string; failures: number; until: Date }>;
/** `lockedUntil`: a counter was locked, so the attempt is not allowed and not counted. */
export type CountedAttempt = Readonly<{ lockedUntil: Date | null; newLocks: readonly NewLock[] }>;

/** When the last of these counters that is locked accepts attempts again; null if none is. */
export async function findLock(
  db: Database,
  limits: readonly AttemptLimit[],
  now: Date,
): Promise<Date | null> {
  const { rows } = await db.pool.query<{ until: Date | null }>({
    name: "find-sign-in-lock",
    text: "select max(locked_until) as until from sign_in_failure where key = any($1) and locked_until > $2",
    values: [limits.map(({ key }) => key), now],
  });
  return rows[0]?.until ?? null;
}

type CountedRow = Readonly<{ key: string; count: number; most: number; locked_until: Date | null }>;

/**
 * Counts an attempt under each key before the password is verified, so that concurrent attempts get
 * no more guesses than sequential ones. If one of the counters is locked, none is raised, and the
 * lock is not extended.
 */
export async function countAttempt(
  db: Database,
  limits: readonly AttemptLimit[],
  now: Date,
): Promise<CountedAttempt> {
  const lockedUntil = await findLock(db, limits, now);
  if (lockedUntil !== null) return { lockedUntil, newLocks: [] };
  // In one order everywhere, so that attempts wait for each other and never deadlock.
  const sorted = limits.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const { rows } = await db.pool.query<CountedRow>({
    name: "count-sign-in-attempt",
    text: `with request as (select * from unnest($1::text[], $2::int[]) as t(key, most)),
      counted as (
        insert into sign_in_failure as f (key, count, first_at, last_at, locked_until)
        select key, 1, $3::timestamptz, $3::timestamptz, case when most <= 1 then $5::timestamptz end from request order by key
        on conflict (key) do update set
          count = case when f.locked_until <= $3 or f.first_at < $4 then 1 else f.count + 1 end,
          first_at = case when f.locked_until <= $3 or f.first_at < $4 then $3 else f.first_at end,
          last_at = $3,
          locked_until = case when f.locked_until > $3 then f.locked_until
            when f.locked_until is null and f.first_at >= $4 and f.count + 1 >= (select most from request where request.key = f.key) then $5::timestamptz end
        returning key, count, locked_until)
      select counted.*, request.most from counted join request using (key)`,
    values: [
      sorted.map((row) => row.key),
      sorted.map((row) => row.limit),
      now,
      new Date(now.getTime() - windowMs),
      new Date(now.getTime() + lockMs),
    ],
  });
  await purge(db, now);
  // Attempts at the same moment each pass the look above; the one past the limit counts more.
  const over = rows.filter(({ count, most }) => count > most).map((row) => row.locked_until);
  const newLocks = rows.flatMap(({ key, count, most, locked_until: until }) =>
    count === most && until !== null ? [{ key, failures: count, until }] : [],
  );
  return { lockedUntil: latest(over), newLocks };
}

const latest = (times: readonly (Date | null)[]): Date | null =>
  times.reduce((a, b) => (a === null || (b !== null && b > a) ? b : a), null);

/** Deletes a few counters that no longer decide anything. */
async function purge(db: Database, now: Date): Promise<void> {
  await db.pool.query({
    name: "purge-sign-in-attempts",
    text: `delete from sign_in_failure where key in (select key from sign_in_failure where last_at < $1 order by last_at limit ${purgedPerAttempt} for update skip locked)`,
    values: [new Date(now.getTime() - windowMs - lockMs)],
  });
}

/**
 * After a success: the first counter, of the account from this network, is reset; the others are
 * reduced by this attempt. None was locked before it, so a lock is one that it caused.
 */
export async function forgiveAttempt(
  tx: AuditedTx,
  [own, ...others]: readonly AttemptLimit[],
): Promise<void> {
  const keys = [own, ...others].flatMap((limit) => limit?.key ?? []);
  await tx.$queryRaw`select key from sign_in_failure where key = any(${keys}) order by key for update`;
  await tx.$executeRaw`delete from sign_in_failure where key = ${own?.key ?? ""}`;
  await tx.$executeRaw`update sign_in_failure set count = greatest(count - 1, 0), locked_until = null where key = any(${keys})`;
}
