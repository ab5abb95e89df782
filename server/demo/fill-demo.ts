import { createSecretKey, randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { closeDatabase, type Database, openDatabase } from "@/lib/db/database";
import { makeRecorder } from "@/lib/log/record/recorder";
import { makeSource } from "@/lib/log/record/source";
import { makeHashQueue } from "@/lib/runtime/hash-queue";
import { makeKeyQueue } from "@/lib/runtime/key-queue";
import type { SignerClient } from "@/lib/signers/types";
import { makeSigner } from "@/server/signer/make-signer";
import { makeCalendar } from "./calendar";
import { fill, finish } from "./fill";
import { makeMovedClock, type MovedClock } from "./moved-clock";
import type { DemoDeps } from "./stage";
import { makeSetupToken } from "./staff";

export type DemoOptions = Readonly<{
  databaseUrl: string;
  signerDatabaseUrl: string;
  kek: Uint8Array;
  /** 32 bytes. */
  deliveryKey: Uint8Array;
  /** The signer's memory. */
  witnessDir: string;
  /** Of everybody who can sign in. */
  password: string;
  publicUrl: string;
  host: string;
  /** The last moment of the demonstration. */
  end: Date;
  say: (line: string) => void;
}>;

const daysPerLine = 30;
/**
 * The password is random and long: a slow hash of it, again at each sign-in of the story, would
 * protect nothing.
 */
const passwordCost = { memoryKib: 1_024, passes: 1 };

/**
 * Makes the demonstration in a database that holds nothing yet. Application and signer run in this
 * process, because they need one clock, which begins 90 days ago; no other process of Chancery can
 * be given a clock. Throws for a database that holds anything.
 */
export async function fillDemo(options: DemoOptions): Promise<void> {
  const db = openDatabase(withoutWaiting(options.databaseUrl), { max: 6 });
  const signerDb = openDatabase(withoutWaiting(options.signerDatabaseUrl), { max: 4 });
  const durable = openDatabase(options.databaseUrl, { max: 4 });
  try {
    await assertEmpty(db);
    const end = options.end.getTime();
    const calendar = makeCalendar(end);
    const clock = makeMovedClock(calendar.begin, end);
    const random = { bytes: (n: number) => new Uint8Array(randomBytes(n)) };
    const { token, sha256 } = makeSetupToken({ random });
    const signer = makeSigner({
      db: signerDb,
      kek: createSecretKey(options.kek),
      random,
      clock,
      publicUrl: options.publicUrl,
      host: options.host,
      witnessDir: options.witnessDir,
      tokens: { setupTokenSha256: sha256, adminTokenSha256: "" },
    });
    await fill({
      deps: makeDeps(options, { db, clock, random, signer }),
      calendar,
      password: options.password,
      setupToken: token,
      elapsedMs: () => performance.now(),
      onDay: (day) => {
        if (day % daysPerLine === 0) options.say(`demonstration: day ${day}`);
      },
    });
    // Its commits wait for the disk, and so for all before them.
    await finish({ db: durable });
  } finally {
    await closeDatabase(durable);
    await closeDatabase(db);
    await closeDatabase(signerDb);
  }
}

/**
 * Connections whose commits don't wait for the disk: a demonstration that is interrupted is made
 * again.
 */
function withoutWaiting(url: string): string {
  const changed = new URL(url);
  changed.searchParams.set("options", "-c synchronous_commit=off");
  return changed.href;
}

type Parts = Readonly<{
  db: Database;
  clock: MovedClock;
  random: DemoDeps["random"];
  signer: SignerClient;
}>;

const makeDeps = (
  { publicUrl, deliveryKey }: DemoOptions,
  { db, clock, random, signer }: Parts,
): DemoDeps => ({
  db,
  clock,
  random,
  recorder: makeRecorder({
    db,
    clock,
    random,
    source: makeSource(`${hostname()}/demo`, random.bytes),
  }),
  passwordCost,
  hashQueue: makeHashQueue(),
  keyQueue: makeKeyQueue(),
  sessionIdleMs: 30 * 60_000,
  signer,
  publicUrl,
  delivery: { key: deliveryKey, allow: [] },
});

/** What was recorded with the real clock is never continued with a moved one. */
async function assertEmpty({ pool }: Database): Promise<void> {
  // What waits to be numbered can't be read by this role, but numbered.
  await pool.query("select tlog.sequence_batch(1)");
  const { rows } = await pool.query<{ used: boolean }>(
    "select size > 0 or exists (select from organization) as used from tlog.head",
  );
  if (rows[0]?.used !== false)
    throw new Error(
      "This database holds entries already, so no demonstration is made in it: its clock would be wrong.",
    );
}
