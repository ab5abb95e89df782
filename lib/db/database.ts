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
  listen: (channel: string, onMessage: (payload: string) => void, onState?: (connected: boolean) => void) => Listener;
}>;

const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 30_000;
const IDLE_IN_TRANSACTION_MS = 60_000;

/** Opens nothing yet: connections are made when they are needed, at most `max` at a time (20 by default). */
export function openDatabase(url: string, options: Readonly<{ max?: number }> = {}): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max ?? 20,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    application_name: "chancery",
  });
  // A connection that dies while idle is replaced by the next use; without a handler it would end the process.
  pool.on("error", () => {});
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  return { prisma, pool, listen: (channel, onMessage, onState) => listenOn(url, channel, onMessage, onState) };
}

/** Ends every connection; what is under way is waited for. Listeners are closed by whoever opened them. */
export async function closeDatabase(db: Database): Promise<void> {
  await db.prisma.$disconnect();
  await db.pool.end();
}
