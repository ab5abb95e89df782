import { randomBytes } from "node:crypto";
import { systemActor } from "@/lib/auth/actor";
import type { Deps } from "@/lib/deps";
import type { Env } from "@/lib/env";
import { newId } from "@/lib/ids";
import { completeSetup } from "@/lib/setup/complete-setup";
import { setupInput } from "@/lib/setup/schema";
import { isSetUp } from "@/lib/setup/is-set-up";
import type { DoorLog } from "@/server/listeners/door-log";
import { startJob } from "@/server/jobs/job";
import type { Job } from "@/server/jobs/job";

type Wishes = Pick<
  Env,
  "CHANCERY_ADMIN_EMAIL" | "CHANCERY_ADMIN_PASSWORD" | "CHANCERY_ORGANIZATION"
>;

/** What the environment asks to be set up; null if it asks for nothing. Throws with every field that is missing or wrong. */
export function headlessWish(env: Wishes): ReturnType<typeof setupInput.parse> | null {
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
    throw new Error(`A setup without the browser needs ${missing.join(" and ")} as well.`);
  const parsed = setupInput.safeParse({
    organization: env.CHANCERY_ORGANIZATION,
    adminEmail: env.CHANCERY_ADMIN_EMAIL,
    adminPassword: env.CHANCERY_ADMIN_PASSWORD,
  });
  if (parsed.success) return parsed.data;
  throw new Error(
    `The setup asked for by the environment is wrong: ${parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ")}`,
  );
}

/** Sets Chancery up from the environment if that is asked for and not done; a setup that broke off half-way is continued. */
export function startHeadlessSetup(deps: Deps, env: Wishes, log: DoorLog): Job {
  const day = 86_400_000;
  const work = async (): Promise<number> => {
    if (await isSetUp(deps)) return day;
    const wish = headlessWish(env);
    if (wish === null) return day;
    await completeSetup(
      deps,
      systemActor("setup", newId("req", deps.clock.now(), randomBytes)),
      wish,
    );
    log.info(`set up for ${env.CHANCERY_ORGANIZATION}: administrator ${env.CHANCERY_ADMIN_EMAIL}`);
    return day;
  };
  return startJob({ name: "setup", log, work, maxRetryMs: 5_000 });
}
