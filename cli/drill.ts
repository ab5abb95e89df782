import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import type { Actor } from "@/lib/access/actor";
import { drillMarkdown } from "@/lib/drills/drill-report";
import { type DrillReport, getDrill } from "@/lib/drills/drills";
import { isAppError } from "@/lib/errors/app-error";
import { errorMessage } from "@/lib/errors/error-message";
import { drillSizes, getWork, requestDrill } from "@/lib/log/live/request-work";
import type { Deps } from "@/lib/runtime/deps";
import { type Command, UsageError } from "./command";
import { commandLineActor } from "./command-line-actor";
import { getRunningDeps } from "./connect";

const usage = `chancery drill [--entries N] [--json]

Copies the first N entries of the log (default ${drillSizes.default}) into a temporary database, runs there the attacks that a superuser could
run against the log, and reports which control detected each attack. The log itself isn't changed. Prints the report, which is also recorded
in the audit log.
Exit codes: 0 every attack was detected, 1 an attack was not detected or the drill failed, 2 invalid usage.`;

const pollEveryMs = 300;
const reportTimeoutMs = 10_000;
type Output = Readonly<{ out: (text: string) => void; progress: (text: string) => void }>;

/** Runs a tamper drill and prints its report. */
export const drill: Command = {
  name: "drill",
  summary: "attack a temporary copy of the log and report what detects each attack",
  usage,
  run: async (args) => {
    const { entries, json } = readArgs(args);
    const output: Output = {
      out: (text) => process.stdout.write(text),
      progress: (text) => process.stderr.write(text),
    };
    return runDrill(getRunningDeps(), { entries, json }, output);
  },
};

/** Runs the command with the given dependencies. Returns the exit code. */
async function runDrill(
  deps: Deps,
  { entries, json }: Readonly<{ entries: number | undefined; json: boolean }>,
  output: Output,
): Promise<number> {
  const actor = commandLineActor(deps);
  const { entryId } = await requestDrill(deps, actor, { entries });
  await follow(deps, actor, entryId, output);
  const report = await awaitReport(deps, actor, entryId);
  output.out(json ? `${JSON.stringify(report, null, 2)}\n` : drillMarkdown(report));
  return report.ok ? 0 : 1;
}

async function follow(deps: Deps, actor: Actor, id: string, { progress }: Output): Promise<void> {
  for (let shown = ""; ; await pause(pollEveryMs)) {
    const { done, total, note, endedAt } = await getWork(deps, actor, id);
    const line = total === null ? note : `${done}/${total} ${note}`;
    if (line !== shown) progress(`${line}\n`);
    shown = line;
    if (endedAt !== null) return;
  }
}

/** Waits for the report: its entry is numbered and indexed shortly after the drill ends. */
async function awaitReport(deps: Deps, actor: Actor, id: string): Promise<DrillReport> {
  for (const deadline = performance.now() + reportTimeoutMs; ; await pause(pollEveryMs)) {
    try {
      return await getDrill(deps, actor, id);
    } catch (error) {
      if (!isAppError(error) || error.code !== "drill.not-found" || performance.now() > deadline)
        throw error;
    }
  }
}

function readArgs(args: readonly string[]): { entries: number | undefined; json: boolean } {
  try {
    const { values } = parseArgs({
      args: [...args],
      strict: true,
      options: { entries: { type: "string" }, json: { type: "boolean", default: false } },
    });
    const entries = values.entries === undefined ? undefined : Number(values.entries);
    if (
      entries !== undefined &&
      (!Number.isInteger(entries) || entries < drillSizes.min || entries > drillSizes.max)
    )
      throw new Error(
        `--entries: Enter a whole number from ${drillSizes.min} to ${drillSizes.max}.`,
      );
    return { entries, json: values.json };
  } catch (error) {
    throw new UsageError(`${errorMessage(error)}\n\n${usage}`);
  }
}
