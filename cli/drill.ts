import { setTimeout as pause } from "node:timers/promises";
import { userInfo } from "node:os";
import { parseArgs } from "node:util";
import { type Actor, systemActor } from "@/lib/auth/actor";
import type { Deps } from "@/lib/deps";
import { isAppError } from "@/lib/errors/app-error";
import { newId } from "@/lib/ids";
import { type DrillReport, getDrill } from "@/lib/log/drills";
import { drillMarkdown } from "@/lib/log/drills-text";
import { drillEntries, getWork, requestDrill } from "@/lib/log/request-work";
import { getDeps } from "@/lib/runtime";
import { UsageError, type Command } from "./command";
import { dataFolder } from "./connect";

const usage = `chancery drill [--entries N] [--json]

Has the running Chancery copy the first N entries of its log (${drillEntries.usual} unless told) into a throwaway database, do there whatever a
superuser can do to a log, and tell which control caught what. The log itself is not touched. Prints the report; it is also in the log.
Exit codes: 0 everything was caught, 1 something was not, or the drill could not be done, 2 wrong usage.`;

const LOOK_EVERY_MS = 300,
  ENTRY_PATIENCE_MS = 10_000;
type Say = Readonly<{ out: (text: string) => void; progress: (text: string) => void }>;

/** Runs a tamper drill and prints its report. */
export const drill: Command = {
  name: "drill",
  summary: "attack a throwaway copy of the log, and see what catches each attack",
  run: async (args) => {
    const { entries, json } = readArgs(args);
    if (!process.env.DATABASE_URL)
      throw new UsageError(
        `No Chancery is running on ${dataFolder()}. Start it with npm start, or name its data folder in CHANCERY_DATA.`,
      );
    const say: Say = {
      out: (text) => process.stdout.write(text),
      progress: (text) => {
        if (process.stderr.isTTY || text.endsWith("\n")) process.stderr.write(text);
      },
    };
    return runDrill(getDeps(), { entries, json }, say);
  },
};

/** The command itself, over given dependencies; answers with the exit code. */
export async function runDrill(
  deps: Deps,
  { entries, json }: Readonly<{ entries: number | undefined; json: boolean }>,
  say: Say,
): Promise<number> {
  const actor = commandLine(deps),
    { entryId } = await requestDrill(deps, actor, { entries });
  await follow(deps, actor, entryId, say);
  const report = await awaitReport(deps, actor, entryId);
  say.out(json ? `${JSON.stringify(report, null, 2)}\n` : drillMarkdown(report));
  return report.ok ? 0 : 1;
}

async function follow(deps: Deps, actor: Actor, id: string, { progress }: Say): Promise<void> {
  for (let said = ""; ; await pause(LOOK_EVERY_MS)) {
    const { done, total, note, endedAt } = await getWork(deps, actor, id);
    const now = total === null ? note : `${done}/${total} ${note}`;
    if (now !== said) progress(`${now}\n`);
    said = now;
    if (endedAt !== null) return;
  }
}

/** Its entry is numbered and indexed a moment after the work has ended. */
async function awaitReport(deps: Deps, actor: Actor, id: string): Promise<DrillReport> {
  for (const giveUp = performance.now() + ENTRY_PATIENCE_MS; ; await pause(LOOK_EVERY_MS)) {
    try {
      return await getDrill(deps, actor, id);
    } catch (error) {
      if (!isAppError(error) || error.code !== "drill.not-found" || performance.now() > giveUp)
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
      (!Number.isInteger(entries) || entries < drillEntries.least || entries > drillEntries.most)
    )
      throw new Error(
        `--entries: a whole number from ${drillEntries.least} to ${drillEntries.most}.`,
      );
    return { entries, json: values.json };
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
}

function commandLine({ clock, random }: Pick<Deps, "clock" | "random">): Actor {
  const actor = systemActor("command-line", newId("req", clock.now(), random.bytes));
  return { ...actor, label: `command line (${userInfo().username})` };
}
