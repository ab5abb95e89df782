import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { DrillAttack } from "@/lib/drills/drills";
import { AppError } from "@/lib/errors/app-error";
import { verifyLog } from "@/lib/log/live/verify-log";
import type { LogReport } from "@/lib/log/live/snapshot";
import { compareWithRemembered } from "@/lib/log/publish/find-contradiction";
import { makeIntegrator } from "@/lib/log/publish/integrator";
import type { Clock, Random } from "@/lib/runtime/clock";
import { type Attack, type Detection, type LogFacts, readFacts } from "./attack";
import { attacksInTime } from "./attacks-in-time";
import { attacksOnCertificates } from "./attacks-on-certificates";
import { attacksOnEntries } from "./attacks-on-entries";
import { attacksOnProofs } from "./attacks-on-proofs";
import { attacksOnTables } from "./attacks-on-tables";
import { attacksOnWhatIsKept } from "./attacks-on-what-is-kept";
import { buildCopies, type CopiedEntry } from "./build-copies";
import {
  type DrillCopy,
  copyDatabase,
  type DrillServer,
  dropDatabase,
  openCopy,
  type DrillEnvironment,
} from "./drill-copy";
import { makeDrillTimestamps } from "./timestamp-authority";
import { makeDrillWitness } from "./witness";

export const attacks: readonly Attack[] = [
  ...attacksOnEntries,
  ...attacksOnProofs,
  ...attacksOnTables,
  ...attacksOnCertificates,
  ...attacksInTime,
  ...attacksOnWhatIsKept,
];

export type DrillOptions = Readonly<{
  server: DrillServer;
  /** A migrated, empty database on it. */
  empty: string;
  /** Prefix of the names of the drill's databases. */
  name: string;
  /** The first entries of the log. */
  entries: readonly CopiedEntry[];
  /** For keys and the state of signer and witness. The caller removes it. */
  folder: string;
  random: Random;
  clock: Clock;
  onStep?: (done: number, total: number, note: string) => void;
}>;
export type DrillOutcome = Readonly<{ healthy: LogReport; attacks: readonly DrillAttack[] }>;

const minEntries = 10;

/**
 * Copies the entries into a separate log and verifies it, then runs each attack on a fresh copy and
 * reports which controls detected it. Changes nothing outside `server` and `folder`. Errors:
 * `drill.too-small`, and `drill.not-clean` if the copy fails verification before any attack.
 */
export async function runDrill(options: DrillOptions): Promise<DrillOutcome> {
  const { server, empty, name, entries, folder, random, onStep = () => {} } = options;
  const total = attacks.length + 2;
  if (entries.length < minEntries)
    throw new AppError(
      "drill.too-small",
      `A drill needs at least ${minEntries} entries. The log has ${entries.length}.`,
    );
  onStep(0, total, `copying ${entries.length} entries`);
  mkdirSync(join(folder, "memory"), { recursive: true, mode: 0o700 });
  const witness = await makeDrillWitness(folder, options);
  const environment: DrillEnvironment = {
    server,
    kek: random.bytes(32),
    checkpointFolder: join(folder, "memory"),
    policy: witness.policy,
    timestamps: makeDrillTimestamps(options),
    askWitness: witness.ask,
  };
  const copies = await buildCopies(environment, {
    empty,
    name,
    entries,
    addLog: witness.addLog,
  });
  onStep(1, total, "verifying the copy before the attacks");
  const { facts, healthy } = await withCopy(
    environment,
    copies.healthy,
    `${name}_sound`,
    async (copy) => ({ facts: await readFacts(copy), healthy: await verify(copy, entries.length) }),
  );
  if (!healthy.ok)
    throw new AppError(
      "drill.not-clean",
      `The copy failed verification before any attack: ${healthy.checks.flatMap(({ problems }) => problems)[0] ?? ""}`,
    );
  const results: DrillAttack[] = [];
  for (const attack of attacks) {
    onStep(2 + results.length, total, attack.what);
    results.push(
      await withCopy(environment, copies[attack.on ?? "healthy"], `${name}_attacked`, (copy) =>
        runAttack(attack, copy, facts, entries.length),
      ),
    );
  }
  return { healthy, attacks: results };
}

async function withCopy<T>(
  environment: DrillEnvironment,
  from: string,
  to: string,
  work: (copy: DrillCopy) => Promise<T>,
): Promise<T> {
  await copyDatabase(environment.server, from, to);
  const copy = openCopy(environment, to, "drill/attack");
  try {
    return await work(copy);
  } finally {
    await copy.close();
    await dropDatabase(environment.server, to);
  }
}

const verify = (copy: DrillCopy, copied: number): Promise<LogReport> =>
  verifyLog(copy.deps, {
    policy: copy.environment.policy,
    timestamps: copy.environment.timestamps.trust,
    stateFrom: copied,
  });

async function runAttack(
  { name, what, expected, run, verify: isVerified = true }: Attack,
  copy: DrillCopy,
  facts: LogFacts,
  copied: number,
): Promise<DrillAttack> {
  const { sql, caught: immediate = [] } = await run(copy, facts);
  const caught = isVerified
    ? [
        ...immediate,
        ...(await checkRestoreGuard(copy)),
        ...detectionsOf(await verify(copy, copied)),
      ]
    : immediate;
  const first = caught.find(({ by }) => by === expected) ?? caught[0];
  return {
    name,
    what,
    sql,
    expected,
    caughtBy: [...new Set(caught.map(({ by }) => by))],
    milliseconds: Math.round(first?.milliseconds ?? 0),
    finding: first?.finding ?? "nothing",
  };
}

/** The checks of the verification that found a problem. */
const detectionsOf = ({ checks, milliseconds }: LogReport): Detection[] =>
  checks.flatMap(({ name: by, problems }) =>
    problems[0] === undefined ? [] : [{ by, finding: problems[0], milliseconds }],
  );

/** Whether the publisher would refuse to continue with this database after a restart. */
async function checkRestoreGuard(copy: DrillCopy): Promise<Detection[]> {
  const startedAt = performance.now();
  // A database that cannot be compared is not published either; the verification reports why.
  const comparison = await compareWithRemembered({
    deps: copy.deps,
    integrator: makeIntegrator(copy.deps.db),
  }).catch(() => null);
  return comparison?.state === "contradicted"
    ? [
        {
          by: "restore guard",
          finding: comparison.halt.message,
          milliseconds: performance.now() - startedAt,
        },
      ]
    : [];
}
