import { setTimeout as pause } from "node:timers/promises";
import type pg from "pg";
import { makeClient } from "@/lib/db/single-client";
import {
  findDifferences,
  kindOfSession,
  type SessionKind,
  sessionNameOf,
  sessionPrefix,
  type SharedSettings,
} from "./shared-settings";

type Joining = Readonly<{
  /** The connection of the application's role. */
  databaseUrl: string;
  /** A whole node, or a process that a service unit started. */
  kind?: SessionKind;
  /** What tells this node or process from others, also after a restart. */
  nodeId: string;
  settings: SharedSettings;
  now: () => Date;
  /** Tells the operator. */
  warn: (line: string) => void;
}>;

const lookAgainMs = 15_000;
const clockLimitMs = 5_000;
const statementLimitMs = 5_000;
/** A session whose network is cut may never end. */
const leaveWithinMs = 2_000;

/**
 * Compares this node with those that run on the same database, then lets them see it: it keeps a
 * session open whose name has the digests of what must be equal. Throws if it differs from one in a
 * way in which it can't run, before anything is changed. Warns of other differences, and of a clock
 * that is off. Returns how to leave.
 */
export async function joinNodes(joining: Joining): Promise<() => Promise<void>> {
  const { databaseUrl, nodeId, settings, warn, kind } = joining;
  const name = sessionNameOf(nodeId, settings, kind);
  // Visible first: of two nodes that start at the same time, at least one sees the other.
  let session = await openSession(databaseUrl, name);
  try {
    await compare(session, name, warn);
    await compareClock(session, joining);
  } catch (error) {
    await session.end();
    throw error;
  }
  const leaving = new AbortController();
  const stay = async (): Promise<void> => {
    while (!leaving.signal.aborted) {
      await pause(lookAgainMs, undefined, { signal: leaving.signal, ref: false }).catch(() => {});
      if (leaving.signal.aborted) return;
      const isAlive = await session.query("select 1").then(
        () => true,
        () => false,
      );
      if (isAlive) continue;
      await session.end().catch(() => {});
      session = await openSession(databaseUrl, name).catch(() => session);
    }
  };
  const staying = stay();
  return async () => {
    leaving.abort();
    await Promise.race([
      staying.then(() => session.end()).catch(() => {}),
      pause(leaveWithinMs, undefined, { ref: false }),
    ]);
  };
}

async function openSession(databaseUrl: string, name: string): Promise<pg.Client> {
  const client = makeClient(databaseUrl, { statementTimeoutMs: statementLimitMs });
  await client.connect();
  await client.query("select set_config('application_name', $1, false)", [name]);
  return client;
}

const withoutPlace: Readonly<Record<SessionKind, string>> = {
  node: "another node",
  gateway: "a running gateway",
  console: "a running console",
};

type Session = Readonly<{ name: string; place: string | null }>;

async function compare(
  session: pg.Client,
  name: string,
  warn: (line: string) => void,
): Promise<void> {
  const { rows } = await session.query<Session>(
    `select application_name as name, host(client_addr) as place from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and starts_with(application_name, $1)
      order by backend_start`,
    [sessionPrefix],
  );
  for (const other of rows) {
    const differences = findDifferences(name, other.name);
    const found = kindOfSession(other.name);
    // A node derives the delivery key from the KEK, which is what its operator can copy.
    const isOfNodes = found === "node" && kindOfSession(name) === "node";
    const namesThat = (consequence: "refuse" | "warn") =>
      differences
        .filter((difference) => difference.consequence === consequence)
        .map(({ name: called }) =>
          called === "CHANCERY_DELIVERY_KEY" && isOfNodes ? "KEK" : called,
        );
    const node = other.place === null ? withoutPlace[found] : `the ${found} at ${other.place}`;
    const refused = namesThat("refuse");
    if (refused.length > 0)
      throw new Error(
        `${refused.join(" and ")} must be the same on all nodes of a database, and ${node} has another value. Copy it from there; or, to change it, stop ${found === "node" ? "the other nodes" : "all units"} first. Nothing was changed.`,
      );
    const warned = namesThat("warn");
    if (warned.length > 0)
      warn(
        `${warned.join(" and ")} should be the same on all nodes, and ${node} has another value: what happens depends on which node leads`,
      );
  }
}

/** The database's clock is that of all nodes. */
async function compareClock(session: pg.Client, { now, warn }: Joining): Promise<void> {
  const before = now().getTime();
  const { rows } = await session.query<{ at: Date }>("select clock_timestamp() as at");
  const after = now().getTime();
  const at = rows[0]?.at.getTime() ?? before;
  const offMs = at < before ? before - at : Math.max(0, at - after);
  if (offMs > clockLimitMs)
    warn(
      `the clock of this machine is ${Math.round(offMs / 1_000)} seconds ${at < before ? "ahead of" : "behind"} the database's: synchronize both, or entries are dated before earlier ones`,
    );
}
