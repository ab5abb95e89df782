import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { openDatabase } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { readEnv } from "@/lib/env";
import { connectSigner } from "@/lib/signers/client";

const place = Symbol.for("chancery.deps");
type Holder = { [place]?: Deps };

/** The wall clock and the system's randomness: the only ones of the process. */
export const world: Pick<Deps, "clock" | "random"> = {
  clock: { now: () => new Date() },
  random: { bytes: (n) => new Uint8Array(randomBytes(n)) },
};

/**
 * What this process reaches outside, opened once from its environment. Next loads modules more than once in a process, so the one set lives
 * on globalThis and not in a module.
 */
export function getDeps(): Deps {
  const holder = globalThis as Holder;
  holder[place] ??= openDeps();
  return holder[place];
}

function openDeps(): Deps {
  const env = readEnv();
  if (env.DATABASE_URL === "") throw new Error("DATABASE_URL is not set: this process is started by the supervisor (npm start), which sets it.");
  return {
    ...world,
    db: openDatabase(env.DATABASE_URL),
    signer: connectSigner(join(env.CHANCERY_RUN_DIR, "signer.sock")),
    publicUrl: env.CHANCERY_PUBLIC_URL,
  };
}
