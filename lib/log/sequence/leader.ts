import { setTimeout as pause } from "node:timers/promises";
import { lockHeartbeatMs, lockRetryMs, lockSessionSettings } from "@/lib/db/lock-session";
import type { Database, PoolClient } from "@/lib/runtime/deps";

export type Running = Readonly<{ stop: () => Promise<void> }>;
export type Queryable = Pick<PoolClient, "query">;

/** One term of leadership. `signal` is aborted when the term ends; `sleep` ends early then, too. */
export type LeaderSession = Readonly<{
  /** The connection that holds the lock. */
  client: Queryable;
  signal: AbortSignal;
  sleep: (ms: number) => Promise<void>;
}>;
export type LeaderOptions = Readonly<{
  lead: (session: LeaderSession) => Promise<void>;
  onError?: (error: unknown) => void;
}>;

/** The key of the log's advisory lock: "chancery" and "log", in digits. No other lock may use it. */
const advisoryLockKey = 24_262_379_564n;
const errorDelayMs = 500;
const heartbeatTimeoutMs = 8_000;
const shutdownTimeoutMs = 10_000;

/**
 * Leader election among all processes on this database: calls `lead` while this process holds the
 * lock. If `lead` throws, the term ends and the process runs for leader again half a second later.
 */
export function startLeader(db: Database, options: LeaderOptions): Running {
  const stopping = new AbortController();
  const finished = seekLeadership(db, stopping.signal, options);
  return {
    stop: async () => {
      stopping.abort();
      await finished;
    },
  };
}

async function seekLeadership(
  db: Database,
  signal: AbortSignal,
  { lead, onError }: LeaderOptions,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await withClient(db, (connection, client) => leadWithLock(connection, client, signal, lead));
    } catch (error) {
      if (!signal.aborted) onError?.(error);
      await sleepUntilAborted(signal)(errorDelayMs);
    }
  }
}

async function leadWithLock(
  connection: PoolClient,
  client: Queryable,
  signal: AbortSignal,
  lead: LeaderOptions["lead"],
): Promise<void> {
  await client.query(lockSessionSettings);
  while (!signal.aborted) {
    const { rows } = await client.query<{ locked: boolean }>(
      "select pg_try_advisory_lock($1) as locked",
      [advisoryLockKey],
    );
    if (rows[0]?.locked) break;
    await sleepUntilAborted(signal)(lockRetryMs);
  }
  if (signal.aborted) return;
  const ended = new AbortController();
  const termSignal = AbortSignal.any([signal, ended.signal]);
  const keepAlive = keepSessionAlive(client, termSignal, () => {
    ended.abort();
    // Queries that wait for an answer on this connection would never return.
    connection.end().catch(() => {});
  });
  try {
    await lead({ client, signal: termSignal, sleep: sleepUntilAborted(termSignal) });
  } finally {
    ended.abort();
    await keepAlive;
  }
}

/** Sends a heartbeat so that the server keeps the session, and detects when the session is lost. */
async function keepSessionAlive(
  client: Queryable,
  signal: AbortSignal,
  onLost: () => void,
): Promise<void> {
  while (!signal.aborted) {
    const timeout = new Promise<"timeout">((resolve) => {
      setTimeout(resolve, heartbeatTimeoutMs, "timeout").unref();
    });
    const answer = await Promise.race([
      client.query("select 1").then(
        () => "alive" as const,
        () => "dead" as const,
      ),
      timeout,
    ]);
    if (answer !== "alive") return onLost();
    await sleepUntilAborted(signal)(lockHeartbeatMs);
  }
}

const sleepUntilAborted =
  (signal: AbortSignal) =>
  (ms: number): Promise<void> =>
    pause(ms, undefined, { signal }).catch(() => {});

/** Waits until all have settled, at most ten seconds: a dead connection must not block a stop. */
export async function settleWithTimeout(promises: readonly Promise<unknown>[]): Promise<void> {
  await Promise.race([
    Promise.allSettled(promises),
    new Promise((resolve) => {
      setTimeout(resolve, shutdownTimeoutMs).unref();
    }),
  ]);
}

/**
 * Runs `use` with a connection that is discarded afterwards, together with its settings and locks.
 * `serialized` sends one query at a time over it.
 */
export async function withClient(
  db: Pick<Database, "pool">,
  use: (client: PoolClient, serialized: Queryable) => Promise<void>,
): Promise<void> {
  const client = await db.pool.connect();
  try {
    await use(client, serializeQueries(client));
  } finally {
    client.release(true);
  }
}

/** Lets several callers share a connection: each query waits for the one before it. */
function serializeQueries(client: PoolClient): Queryable {
  let last: Promise<unknown> = Promise.resolve();
  const query = (...args: Parameters<PoolClient["query"]>): Promise<unknown> => {
    const answer = last.then(() => client.query(...args) as unknown);
    last = answer.catch(() => {});
    return answer;
  };
  return { query: query as PoolClient["query"] };
}
