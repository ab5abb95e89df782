import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Clock, Random } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import type { DrillAttack } from "@/lib/log/drills";
import { judgeLog } from "@/lib/log/publish/guard";
import { makeIntegrator } from "@/lib/log/publish/integrate";
import { type LogReport, verifyLog } from "@/lib/log/verify-log";
import { type Attack, type Catch, readFacts, type Facts } from "./attack";
import { attacksOnEntries } from "./attacks-on-entries";
import { attacksOnProofs } from "./attacks-on-proofs";
import { attacksOnTables } from "./attacks-on-tables";
import { buildCopies, type CopiedEntry } from "./build-copies";
import {
  type Copy,
  copyDatabase,
  dropDatabase,
  type DrillServer,
  openCopy,
  type Surroundings,
} from "./place";
import { makeDrillWitness } from "./witness";

export const attacks: readonly Attack[] = [
  ...attacksOnEntries,
  ...attacksOnProofs,
  ...attacksOnTables,
];

export type DrillParts = Readonly<{
  server: DrillServer;
  /** A migrated, empty database on it. */
  empty: string;
  /** What the drill's databases are called, before an underscore. */
  name: string;
  /** The first entries of the log. */
  entries: readonly CopiedEntry[];
  /** For keys and memories; whoever calls removes it. */
  folder: string;
  world: Readonly<{ random: Random; clock: Clock }>;
  onStep?: (done: number, total: number, note: string) => void;
}>;
export type DrillOutcome = Readonly<{ healthy: LogReport; attacks: readonly DrillAttack[] }>;

const FEWEST = 10;

/**
 * Copies entries into a log of its own, verifies that it is sound, then does every attack on a fresh copy of it and tells which controls
 * caught it. Nothing outside `server` and `folder` is touched. Throws AppError `drill.not-clean` if the copy is not sound to begin with, and
 * `drill.too-small`.
 */
export async function runDrill(parts: DrillParts): Promise<DrillOutcome> {
  const { server, empty, name, entries, folder, onStep = () => {} } = parts,
    total = attacks.length + 2;
  if (entries.length < FEWEST)
    throw new AppError(
      "drill.too-small",
      `A drill needs at least ${FEWEST} entries, and the log has ${entries.length}.`,
      { kind: "conflict" },
    );
  onStep(0, total, `copying ${entries.length} entries`);
  mkdirSync(join(folder, "memory"), { recursive: true, mode: 0o700 });
  const witness = await makeDrillWitness(folder, parts.world);
  const around: Surroundings = {
    server,
    kek: parts.world.random.bytes(32),
    memory: join(folder, "memory"),
    policy: witness.policy,
    askWitness: witness.ask,
  };
  const copies = await buildCopies(around, { empty, name, entries, meet: witness.meet });
  onStep(1, total, "verifying the copy before anything is done to it");
  const { facts, healthy } = await onCopy(
    around,
    copies.healthy,
    `${name}_sound`,
    async (copy) => ({ facts: await readFacts(copy), healthy: await verify(copy, entries.length) }),
  );
  if (!healthy.ok)
    throw new AppError(
      "drill.not-clean",
      `The copy is not sound before anything was done to it: ${healthy.checks.flatMap(({ problems }) => problems)[0] ?? ""}`,
      { kind: "conflict" },
    );
  const results: DrillAttack[] = [];
  for (const attack of attacks) {
    onStep(2 + results.length, total, attack.what);
    results.push(
      await onCopy(around, copies[attack.on ?? "healthy"], `${name}_attacked`, (copy) =>
        attackOnce(attack, copy, facts, entries.length),
      ),
    );
  }
  return { healthy, attacks: results };
}

async function onCopy<T>(
  around: Surroundings,
  from: string,
  to: string,
  work: (copy: Copy) => Promise<T>,
): Promise<T> {
  await copyDatabase(around.server, from, to);
  const copy = openCopy(around, to);
  try {
    return await work(copy);
  } finally {
    await copy.close();
    await dropDatabase(around.server, to);
  }
}

const verify = (copy: Copy, copied: number): Promise<LogReport> =>
  verifyLog(copy.deps, { policy: copy.around.policy, stateFrom: copied });

async function attackOnce(
  { name, what, expected, run, verify: isVerified = true }: Attack,
  copy: Copy,
  facts: Facts,
  copied: number,
): Promise<DrillAttack> {
  const { sql, caught: atOnce = [] } = await run(copy, facts);
  const caught = isVerified
    ? [...atOnce, ...(await restoreGuard(copy)), ...foundBy(await verify(copy, copied))]
    : atOnce;
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

/** Each check of the verification that found something. */
const foundBy = ({ checks, milliseconds }: LogReport): Catch[] =>
  checks.flatMap(({ name: by, problems }) =>
    problems[0] === undefined ? [] : [{ by, finding: problems[0], milliseconds }],
  );

/** Whether the publisher would go on with this database after a start. */
async function restoreGuard(copy: Copy): Promise<Catch[]> {
  const began = performance.now();
  // What it cannot even compare it does not publish; the verification says why.
  const verdict = await judgeLog({
    deps: copy.deps,
    integrator: makeIntegrator(copy.deps.db),
  }).catch(() => null);
  return verdict?.state === "contradicted"
    ? [
        {
          by: "restore guard",
          finding: verdict.halt.message,
          milliseconds: performance.now() - began,
        },
      ]
    : [];
}
