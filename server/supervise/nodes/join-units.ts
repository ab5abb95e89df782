import { hostname } from "node:os";
import type { Env } from "@/lib/runtime/env";
import type { SecretSettings } from "@/lib/runtime/read-secrets";
import { readSettingsFiles } from "@/server/supervise/secret-files";
import { joinNodes } from "./join-nodes";
import { type SharedSettings, sharedSettingsOf } from "./shared-settings";

type Unit = Readonly<{
  kind: "gateway" | "console";
  env: Env;
  /** What came as credentials of the unit. */
  secrets: SecretSettings;
  warn: (line: string) => void;
}>;

/**
 * Does for a process that a service unit started what the supervisor does for its own: compares its
 * settings with the processes that run on the same database, also those of other machines. Throws
 * if it differs in one with which it can't run. Returns how to leave; does nothing under the
 * supervisor, which compared before it started any process.
 */
export async function joinUnits({ kind, env, secrets, warn }: Unit): Promise<() => Promise<void>> {
  if (process.send !== undefined) return async () => {};
  return joinNodes({
    databaseUrl: env.DATABASE_URL,
    kind,
    nodeId: `${hostname()} ${env.CHANCERY_RUN_DIR} ${kind}`,
    settings: settingsOfUnit(kind, env, secrets),
    now: () => new Date(),
    warn,
  });
}

/** The gateway has no session secret, and the console doesn't lead what others decide. */
function settingsOfUnit(kind: Unit["kind"], env: Env, secrets: SecretSettings): SharedSettings {
  const { "session.key": sessionKey, ...all } = sharedSettingsOf(env, {
    sessionSecret: secrets.CHANCERY_SESSION_SECRET ?? "",
    deliveryKey: secrets.CHANCERY_DELIVERY_KEY ?? "",
    files: readSettingsFiles(process.env, env.CHANCERY_DATA),
  });
  const { CHANCERY_PUBLIC_URL, CHANCERY_HOST, CHANCERY_DELIVERY_KEY } = all;
  return kind === "gateway"
    ? all
    : { "session.key": sessionKey, CHANCERY_PUBLIC_URL, CHANCERY_HOST, CHANCERY_DELIVERY_KEY };
}
