import { setTimeout as pause } from "node:timers/promises";
import type { Database, PoolClient } from "@/lib/db/database";

export type Running = Readonly<{ stop: () => Promise<void> }>;
export type Queryable = Pick<PoolClient, "query">;
/** The connection that holds the lock; everything ends when `over` is aborted. `rest` ends early then, too. */
export type LeadSession = Readonly<{
  client: Queryable;
  over: AbortSignal;
  rest: (ms: number) => Promise<void>;
}>;
export type Leading = Readonly<{
  lead: (session: LeadSession) => Promise<void>;
  onError?: (error: unknown) => void;
}>;

/** Any number that no other advisory lock uses: "chancery" and "log", in digits. */
const LOCK = 24_262_379_564n;
const FOLLOWER_TICK_MS = 1_000,
  AFTER_ERROR_MS = 500,
  SIGN_OF_LIFE_MS = 1_000,
  SILENCE_MS = 8_000,
  LEFT_BEHIND_MS = 10_000;

// The lock ends with its session, so the session must end soon after its process does, or hangs, or its network goes away: the server ends one
// that has been silent for six seconds, and over TCP one whose other end does not answer. A Unix socket ignores the last four.
const shortLived = [
  "set statement_timeout = '7s'",
  "set idle_session_timeout = '6s'",
  "set tcp_keepalives_idle = 3",
  "set tcp_keepalives_interval = 1",
  "set tcp_keepalives_count = 3",
  "set tcp_user_timeout = 6000",
].join("; ");

/** Leads whenever nobody else does, of all processes on this database. What `lead` throws ends this turn, and another is sought half a second later. */
export function startLeader(db: Database, options: Leading): Running {
  const stopping = new AbortController();
  const led = keepSeeking(db, stopping.signal, options);
  return {
    stop: async () => {
      stopping.abort();
      await led;
    },
  };
}

const restFor =
  (signal: AbortSignal) =>
  (ms: number): Promise<void> =>
    pause(ms, undefined, { signal }).catch(() => {});

async function keepSeeking(
  db: Database,
  signal: AbortSignal,
  { lead, onError }: Leading,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await withClient(db, (connection, inTurn) => leadWhenAlone(connection, inTurn, signal, lead));
    } catch (error) {
      if (!signal.aborted) onError?.(error);
      await restFor(signal)(AFTER_ERROR_MS);
    }
  }
}

/** Waits for all of them to end, but not for ever: what hangs on a dead connection is left behind. */
export async function settled(works: readonly Promise<unknown>[]): Promise<void> {
  await Promise.race([
    Promise.allSettled(works),
    new Promise((resolve) => {
      setTimeout(resolve, LEFT_BEHIND_MS).unref();
    }),
  ]);
}

/** The connection is thrown away afterwards, and with it what was set on it and the locks that it held. */
export async function withClient(
  db: Database,
  use: (client: PoolClient, inTurn: Queryable) => Promise<void>,
): Promise<void> {
  const client = await db.pool.connect();
  const quiet = (): void => {};
  client.on("error", quiet);
  try {
    await use(client, oneAtATime(client));
  } finally {
    client.off("error", quiet);
    client.release(true);
  }
}

/** Several may ask over one connection; each question waits for the answer to the one before. */
function oneAtATime(client: PoolClient): Queryable {
  let last: Promise<unknown> = Promise.resolve();
  const query = (...asked: Parameters<PoolClient["query"]>): Promise<unknown> => {
    const answer = last.then(() => client.query(...asked) as unknown);
    last = answer.catch(() => {});
    return answer;
  };
  return { query: query as PoolClient["query"] };
}

async function leadWhenAlone(
  connection: PoolClient,
  client: Queryable,
  signal: AbortSignal,
  lead: Leading["lead"],
): Promise<void> {
  await client.query(shortLived);
  while (!signal.aborted) {
    const { rows } = await client.query<{ alone: boolean }>(
      "select pg_try_advisory_lock($1) as alone",
      [LOCK],
    );
    if (rows[0]?.alone) break;
    await restFor(signal)(FOLLOWER_TICK_MS);
  }
  if (signal.aborted) return;
  const ended = new AbortController(),
    over = AbortSignal.any([signal, ended.signal]);
  const alive = stayAlive(client, over, () => {
    ended.abort();
    // What waits for an answer on it would wait for ever.
    connection.end().catch(() => {});
  });
  try {
    await lead({ client, over, rest: restFor(over) });
  } finally {
    ended.abort();
    await alive;
  }
}

/** Keeps the session from being taken for dead, and finds out when it is. */
async function stayAlive(client: Queryable, over: AbortSignal, onLost: () => void): Promise<void> {
  while (!over.aborted) {
    const silence = new Promise<"silent">((resolve) => {
      setTimeout(resolve, SILENCE_MS, "silent").unref();
    });
    const answer = await Promise.race([
      client.query("select 1").then(
        () => "alive" as const,
        () => "dead" as const,
      ),
      silence,
    ]);
    if (answer !== "alive") return onLost();
    await restFor(over)(SIGN_OF_LIFE_MS);
  }
}
