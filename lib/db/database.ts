import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { type Prisma, PrismaClient } from "./generated/client";
import { type Listener, listenOn } from "./listen";

export type PoolClient = pg.PoolClient;
export type TransactionClient = Prisma.TransactionClient;

/**
 * The database, opened once a process: Prisma for everything that is not hot, the pool for the few hot statements (both share its
 * connections), and a subscription to the sequencer's announcements.
 */
export type Database = Readonly<{
  prisma: PrismaClient;
  pool: pg.Pool;
  /** Hears NOTIFY on a channel over a connection of its own; reconnects by itself and tells `onState` when it is deaf. */
  listen: (
    channel: string,
    onMessage: (payload: string) => void,
    onState?: (connected: boolean) => void,
  ) => Listener;
}>;

const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 30_000;
const IDLE_IN_TRANSACTION_MS = 60_000;

export type DatabaseOptions = Readonly<{
  /** Connections at a time, 20 by default. */
  max?: number;
  /** So long may one statement take, 30 s by default; a server that does not answer at all is given up on a little later. */
  patienceMs?: number;
}>;

/** A server that is told to end a statement gets so long to say that it did; more than a crowded machine takes to read it. */
const ANSWER_MS = 250;

/** So long may anybody wait for one of these connections' statements; undefined where nobody is in a hurry. */
export const patienceOf = ({ options }: Database["pool"]): number | undefined =>
  options.query_timeout === undefined ? undefined : options.query_timeout - ANSWER_MS;

/** Opens nothing yet: connections are made when they are needed. */
export function openDatabase(url: string, { max, patienceMs }: DatabaseOptions = {}): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: max ?? 20,
    connectionTimeoutMillis: patienceMs ?? CONNECT_TIMEOUT_MS,
    statement_timeout: patienceMs ?? STATEMENT_TIMEOUT_MS,
    // To connect anew takes a good part of such patience: what is open stays open.
    ...(patienceMs === undefined
      ? {}
      : { query_timeout: patienceMs + ANSWER_MS, idleTimeoutMillis: 0, keepAlive: true }),
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    application_name: "chancery",
  });
  // A connection that dies while idle is replaced by the next use; without a handler it would end the process.
  pool.on("error", () => {});
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  return {
    prisma,
    pool,
    listen: (channel, onMessage, onState) => listenOn(url, channel, onMessage, onState),
  };
}

/** Ends every connection; what is under way is waited for. Listeners are closed by whoever opened them. */
export async function closeDatabase(db: Database): Promise<void> {
  await db.prisma.$disconnect();
  await db.pool.end();
}
