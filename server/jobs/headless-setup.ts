import { dayMs } from "@/lib/format/time-units";
import { randomBytes } from "node:crypto";
import { systemActor } from "@/lib/access/actor";
import { newId } from "@/lib/format/ids";
import type { Deps } from "@/lib/runtime/deps";
import type { Env } from "@/lib/runtime/env";
import type { Logger } from "@/lib/runtime/logger";
import { completeSetup } from "@/lib/setup/complete-setup";
import { isSetUp } from "@/lib/setup/is-set-up";
import { setupInput } from "@/lib/setup/schema";
import { type Job, startJob } from "./job";

type SetupSettings = Pick<
  Env,
  "CHANCERY_ADMIN_EMAIL" | "CHANCERY_ADMIN_PASSWORD" | "CHANCERY_ORGANIZATION" | "CHANCERY_DOMAINS"
>;

const variables: Readonly<Record<string, keyof SetupSettings>> = {
  organization: "CHANCERY_ORGANIZATION",
  adminEmail: "CHANCERY_ADMIN_EMAIL",
  adminPassword: "CHANCERY_ADMIN_PASSWORD",
  domains: "CHANCERY_DOMAINS",
};
const variableOf = (path: readonly PropertyKey[]): string =>
  variables[String(path[0])] ?? path.join(".");

/**
 * The setup that the environment variables describe; null if none is set. Throws with every
 * variable that is missing or invalid.
 */
function headlessSetupInput(env: SetupSettings): ReturnType<typeof setupInput.parse> | null {
  const given = {
    CHANCERY_ADMIN_EMAIL: env.CHANCERY_ADMIN_EMAIL,
    CHANCERY_ADMIN_PASSWORD: env.CHANCERY_ADMIN_PASSWORD,
    CHANCERY_ORGANIZATION: env.CHANCERY_ORGANIZATION,
  };
  const missing = Object.entries(given)
    .filter(([, value]) => value === "")
    .map(([name]) => name);
  if (missing.length === 3) return null;
  if (missing.length > 0)
    throw new Error(`Setup from the environment also needs ${missing.join(" and ")}.`);
  const parsed = setupInput.safeParse({
    organization: env.CHANCERY_ORGANIZATION,
    adminEmail: env.CHANCERY_ADMIN_EMAIL,
    adminPassword: env.CHANCERY_ADMIN_PASSWORD,
    domains: env.CHANCERY_DOMAINS.split(/[\s,]+/).filter(Boolean),
  });
  if (parsed.success) return parsed.data;
  throw new Error(
    `Setup from the environment is invalid: ${parsed.error.issues.map((issue) => `${variableOf(issue.path)}: ${issue.message}`).join("; ")}`,
  );
}

/**
 * Throws with every variable that is missing or invalid, unless Chancery is set up already: trying
 * again wouldn't help.
 */
export async function checkSetupSettings(deps: Deps, env: SetupSettings): Promise<void> {
  if (!(await isSetUp(deps))) headlessSetupInput(env);
}

/**
 * Sets up Chancery from the environment, unless it is set up already. An interrupted setup is
 * continued.
 */
export function startHeadlessSetup(deps: Deps, env: SetupSettings, log: Logger): Job {
  const work = async (): Promise<number> => {
    if (await isSetUp(deps)) return dayMs;
    const input = headlessSetupInput(env);
    if (input === null) return dayMs;
    await completeSetup(
      deps,
      systemActor("setup", newId("req", deps.clock.now(), randomBytes)),
      input,
    );
    log.info(`set up for ${env.CHANCERY_ORGANIZATION}: administrator ${env.CHANCERY_ADMIN_EMAIL}`);
    return dayMs;
  };
  return startJob({ name: "setup", log, work, maxRetryMs: 5_000 });
}
