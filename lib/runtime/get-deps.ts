import { hostname } from "node:os";
import { basename } from "node:path";
import { openDatabase } from "@/lib/db/database";
import { readWitnessPolicy } from "@/lib/log/cosign/read-witness-policy";
import { minuteMs } from "@/lib/format/time-units";
import { makeRecorder } from "@/lib/log/record/recorder";
import { makeSource } from "@/lib/log/record/source";
import { readAllowList } from "@/lib/net/guard-address";
import { connectSigner } from "@/lib/signers/client";
import type { Deps, PasswordCost } from "./deps";
import { type Env, readEnv } from "./env";
import { makeHashQueue } from "./hash-queue";
import { makeKeyQueue } from "./key-queue";
import { randomBytes } from "./random-bytes";
import { signerSocket } from "./socket-paths";

const depsKey = Symbol.for("chancery.deps");
type Holder = { [depsKey]?: Deps };

/** The wall clock and the system's randomness: the only ones of the process. */
export const world: Pick<Deps, "clock" | "random"> = {
  clock: { now: () => new Date() },
  random: { bytes: randomBytes },
};

/**
 * 64 MiB and three passes: about a tenth of a second, for a sign-in and for each guess of an
 * attacker.
 */
export const passwordCost: PasswordCost = { memoryKib: 65_536, passes: 3 };

/**
 * What this process reaches outside, opened once from its environment. Next loads modules more than
 * once in a process, so the one set lives on globalThis and not in a module.
 */
export function getDeps(): Deps {
  const holder = globalThis as Holder;
  holder[depsKey] ??= openDeps();
  return holder[depsKey];
}

/** The dependencies that `getDeps` opened, or null if it was never called. */
export const openedDeps = (): Deps | null => (globalThis as Holder)[depsKey] ?? null;

function openDeps(): Deps {
  const env = readEnv();
  if (env.DATABASE_URL === "")
    throw new Error(
      "DATABASE_URL is not set: this process is started by the supervisor (npm start), which sets it.",
    );
  const db = openDatabase(env.DATABASE_URL);
  const source = makeSource(`${hostname()}/${processName()}`, world.random.bytes);
  return {
    ...world,
    passwordCost,
    hashQueue: makeHashQueue(),
    keyQueue: makeKeyQueue(),
    sessionIdleMs: env.CHANCERY_SESSION_IDLE_MINUTES * minuteMs,
    db,
    recorder: makeRecorder({ ...world, db, source }),
    signer: connectSigner(signerSocket(env.CHANCERY_RUN_DIR)),
    publicUrl: env.CHANCERY_PUBLIC_URL,
    httpsUrl: httpsUrlOf(env),
    witnessPolicy: readWitnessPolicy({
      file: env.CHANCERY_WITNESS_POLICY,
      dataFolder: env.CHANCERY_DATA,
      text: env.CHANCERY_WITNESS_POLICY_TEXT,
    }),
    acme: {
      resolvers: env.CHANCERY_ACME_RESOLVERS.split(/[\s,]+/).filter(Boolean),
      httpPort: 80,
      tlsPort: 443,
    },
    ...deliveryOf(env),
  };
}

/** The public URL if it is HTTPS, as behind a proxy; else its host on the HTTPS port. */
function httpsUrlOf({ CHANCERY_PUBLIC_URL, CHANCERY_HTTPS_PORT }: Env): string {
  const url = new URL(CHANCERY_PUBLIC_URL);
  return url.protocol === "https:"
    ? CHANCERY_PUBLIC_URL
    : `https://${url.hostname}:${CHANCERY_HTTPS_PORT}`;
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

/** The name of the process (gateway, console, cli): that of the file it was started from. */
const processName = (): string => basename(process.argv[1] ?? "process").replace(/\.\w+$/, "");
