import type { Database } from "@/lib/db/database";
import type { Recorder } from "@/lib/log/record/recorder";
import type { Deps } from "./deps";

/** How long a caller waits for authentication and authorization (decision 14). */
export const authTimeoutMs = 250;

/**
 * What the gateway has in addition: the same database over connections that give up after
 * `authTimeoutMs`, and a recorder over them, for what a caller waits for. What they have not
 * answered by then counts as no.
 */
export type GatewayDeps = Deps &
  Readonly<{ authDb: Database; authRecorder: Recorder; authTimeoutMs: number }>;

/** Over those connections: for authentication, authorization and what they record. */
export const withDeadline = (deps: GatewayDeps): Deps => ({
  ...deps,
  db: deps.authDb,
  recorder: deps.authRecorder,
});
