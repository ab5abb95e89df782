import { hostname } from "node:os";
import { basename, join } from "node:path";
import { openDatabase } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { readAllowList } from "@/lib/delivery/guard-address";
import { readEnv, type Env } from "@/lib/env";
import { readWitnessPolicy } from "@/lib/log/cosign/read-policy";
import { makeSource } from "@/lib/log/source";
import { randomBytes } from "@/lib/random-bytes";
import { connectSigner } from "@/lib/signers/client";

const place = Symbol.for("chancery.deps");
type Holder = { [place]?: Deps };

/** The wall clock and the system's randomness: the only ones of the process. */
export const world: Pick<Deps, "clock" | "random"> = {
  clock: { now: () => new Date() },
  random: { bytes: randomBytes },
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

/** What `getDeps` opened, if it was asked at all. */
export const openedDeps = (): Deps | null => (globalThis as Holder)[place] ?? null;

function openDeps(): Deps {
  const env = readEnv();
  if (env.DATABASE_URL === "")
    throw new Error(
      "DATABASE_URL is not set: this process is started by the supervisor (npm start), which sets it.",
    );
  return {
    ...world,
    db: openDatabase(env.DATABASE_URL),
    signer: connectSigner(join(env.CHANCERY_RUN_DIR, "signer.sock")),
    publicUrl: env.CHANCERY_PUBLIC_URL,
    witnessPolicy: readWitnessPolicy({
      file: env.CHANCERY_WITNESS_POLICY,
      dataFolder: env.CHANCERY_DATA,
    }),
    ...deliveryOf(env),
    source: makeSource(`${hostname()}/${processName()}`, world.random.bytes),
  };
}

function deliveryOf(env: Env): Pick<Deps, "delivery"> {
  if (env.CHANCERY_DELIVERY_KEY === "") return {};
  return {
    delivery: {
      key: new Uint8Array(Buffer.from(env.CHANCERY_DELIVERY_KEY, "base64")),
      allow: readAllowList(env.CHANCERY_OUTBOUND_ALLOW),
    },
  };
}

/** The process's own name (door, console, cli), that of the file that it was started from. */
const processName = (): string => basename(process.argv[1] ?? "process").replace(/\.\w+$/, "");
