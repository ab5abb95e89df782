import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { PrismaClient, type Prisma } from "./generated/client";
import { connectTimeoutMs } from "./connect-timeout";
import { numberConnection } from "./connection-numbers";
import { listenOn, type Listener } from "./listen";
import { readTimesAsDates } from "./read-times";

export type PoolClient = pg.PoolClient;
export type TransactionClient = Prisma.TransactionClient;

/**
 * The database, opened once a process: Prisma for everything that is not hot, the pool for the few
 * hot statements (both share its connections), and a subscription to the sequencer's announcements.
 */
export type Database = Readonly<{
  prisma: PrismaClient;
  pool: pg.Pool;
  /**
   * Receives NOTIFY on a channel over a dedicated connection; reconnects by itself and reports to
   * `onState` when it is disconnected.
   */
  listen: (
    channel: string,
    onMessage: (payload: string) => void,
    onState?: (connected: boolean) => void,
  ) => Listener;
}>;

const defaultStatementTimeoutMs = 30_000;
const idleInTransactionTimeoutMs = 60_000;

export type DatabaseOptions = Readonly<{
  /** Connections at a time, 20 by default. */
  max?: number;
  /**
   * The statement timeout, 30 s by default; a server that doesn't answer at all is given up on
   * slightly later.
   */
  statementTimeoutMs?: number;
  /** Connections stay open while they are idle, as they do with a short statement timeout. */
  keepsConnections?: boolean;
}>;

/**
 * How long the server may take to confirm that it canceled a statement, after a short timeout and
 * after the default; more than a loaded machine takes to read the confirmation.
 */
const cancelGraceMs = 250,
  defaultCancelGraceMs = 5_000;

/** The statement timeout of these connections. */
export const statementTimeoutOf = ({ options }: Database["pool"]): number =>
  Number(options.statement_timeout);

const ignoreError = (): void => {};

/**
 * A prepared statement whose parameters are lists is planned at each execution otherwise, because
 * a plan for these few values looks cheaper than one for any; and a plan that is kept has to fit
 * tables that grow meanwhile.
 */
const hotSettings = "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off";
/** More than the batches that write at once: one that waits for a lock keeps no reader waiting. */
const maxHotConnections = 14;
/** Modules may be loaded more than once, as Next does: the pool itself leads to the other one. */
const hotKey = Symbol.for("chancery.hot-pool");
type MaybeHot = pg.Pool & { [hotKey]?: pg.Pool };

/**
 * The connections for the few hot statements: small ones by key, prepared by name. There each is
 * planned once for each connection, for any values, and by indexes.
 */
export const hotPool = ({ pool }: Pick<Database, "pool">): pg.Pool =>
  (pool as MaybeHot)[hotKey] ?? pool;

/**
 * Opens nothing yet: connections are made when they are needed. With a short statement timeout, all
 * of them are for hot statements.
 */
export function openDatabase(
  url: string,
  {
    max = 20,
    statementTimeoutMs,
    keepsConnections = statementTimeoutMs !== undefined,
  }: DatabaseOptions = {},
): Database {
  const config: pg.PoolConfig = {
    connectionString: url,
    max,
    // Not the statement timeout: opening one may take longer than a statement, and would never
    // succeed on a machine that is too slow for it. Who waits has a deadline of its own.
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs ?? defaultStatementTimeoutMs,
    // Without it, a statement over a network that drops packets waits for a quarter of an hour, and
    // with it whoever shares its batch.
    query_timeout:
      statementTimeoutMs === undefined
        ? defaultStatementTimeoutMs + defaultCancelGraceMs
        : statementTimeoutMs + cancelGraceMs,
    keepAlive: true,
    // Reconnecting takes a large part of a short timeout, so open connections stay open.
    ...(keepsConnections ? { idleTimeoutMillis: 0 } : {}),
    idle_in_transaction_session_timeout: idleInTransactionTimeoutMs,
    application_name: "chancery",
    types: readTimesAsDates,
  };
  const maxHot = Math.min(max, maxHotConnections);
  const hot = openPool({ ...config, max: maxHot, options: hotSettings });
  const pool: MaybeHot = statementTimeoutMs === undefined ? openPool(config) : hot;
  pool[hotKey] = hot;
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  return {
    prisma,
    pool,
    listen: (channel, onMessage, onState) => listenOn(url, channel, onMessage, onState),
  };
}

function openPool(config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool(config);
  // A connection that dies while idle is replaced by the next use, and one that dies while in use
  // fails the next statement. Without handlers, either would end the process.
  pool.on("error", ignoreError);
  pool.on("connect", (client) => {
    client.on("error", ignoreError);
    numberConnection(client);
  });
  return pool;
}

/**
 * Ends every connection; waits for running statements. Listeners are closed by their owners.
 */
export async function closeDatabase(db: Database): Promise<void> {
  await db.prisma.$disconnect();
  const hot = hotPool(db);
  await Promise.all([db.pool.end(), ...(hot === db.pool ? [] : [hot.end()])]);
}
