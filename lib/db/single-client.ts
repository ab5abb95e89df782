import pg from "pg";
import { connectTimeoutMs } from "./connect-timeout";

export type ClientLimits = Readonly<{ connectTimeoutMs?: number; statementTimeoutMs?: number }>;

/** The limit of a statement that only looks something up, or changes a few rows. */
const shortStatementMs = 30_000;
/** After this much longer than the server's limit, it is the connection that is dead. */
const graceMs = 5_000;

/**
 * One connection, not opened yet, for a few short statements outside of the pools: opening it and
 * each statement end with an error after a limit, so that a server that hangs, or a network that
 * drops packets, keeps no start, command or check waiting. A connection that dies fails its
 * statement, never the process.
 */
export function makeClient(
  connectionString: string,
  {
    connectTimeoutMs: connectMs = connectTimeoutMs,
    statementTimeoutMs = shortStatementMs,
  }: ClientLimits = {},
): pg.Client {
  return withoutCrash(
    new pg.Client({
      connectionString,
      connectionTimeoutMillis: connectMs,
      statement_timeout: statementTimeoutMs,
      query_timeout: statementTimeoutMs + graceMs,
    }),
  );
}

/**
 * The same for work whose length depends on the data: migrations, backups, restores. Only opening
 * it has a limit; a peer that is gone is noticed by TCP.
 */
export function makeLongClient(connectionString: string): pg.Client {
  return withoutCrash(
    new pg.Client({ connectionString, connectionTimeoutMillis: connectTimeoutMs, keepAlive: true }),
  );
}

/** Without a handler, an error between two statements would end the process. */
function withoutCrash(client: pg.Client): pg.Client {
  client.on("error", () => {});
  return client;
}
