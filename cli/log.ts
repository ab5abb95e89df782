import { userInfo } from "node:os";
import { parseArgs } from "node:util";
import { systemActor } from "@/lib/auth/actor";
import type { Deps } from "@/lib/deps";
import { newId } from "@/lib/ids";
import { continueLog } from "@/lib/log/publish/continue-log";
import { publishingState } from "@/lib/log/publish/publishing-state";
import { getDeps } from "@/lib/runtime";
import { UsageError, type Command } from "./command";
import { dataFolder } from "./connect";

const usage = `chancery log state
chancery log continue --comment WHY     after a restore that lost entries, when the log is halted`;

type Say = (text: string) => void;

/** Shows how the log stands, and continues one that is halted: also where nobody can sign in, because the accounts were lost with it. */
export const log: Command = {
  name: "log",
  summary: "state | continue: the log, and the supervised step after a restore that lost entries",
  run: async (args) => {
    if (!process.env.DATABASE_URL)
      throw new UsageError(
        `No Chancery is running on ${dataFolder()}. Start it with npm start, or name its data folder in CHANCERY_DATA.`,
      );
    return runLog(getDeps(), args, (text) => process.stdout.write(text));
  },
};

/** The command itself, over given dependencies; answers with the exit code: 1 for `state` while the log is halted. */
export async function runLog(
  deps: Pick<Deps, "db" | "clock" | "random" | "source" | "signer" | "publicUrl">,
  [verb = "", ...args]: readonly string[],
  say: Say,
): Promise<number> {
  switch (verb) {
    case "state": {
      needNothing(args);
      const { size, checkpointSize, publishedAt, backlog, halted } = await publishingState(deps);
      say(
        `${size} entries, ${checkpointSize} of them under a published checkpoint${publishedAt === null ? "" : ` (${publishedAt.toISOString()})`}, ${backlog} waiting\n`,
      );
      if (halted !== null) say(`halted: ${halted.message}\n`);
      return halted === null ? 0 : 1;
    }
    case "continue": {
      const actor = {
        ...systemActor("command-line", newId("req", deps.clock.now(), deps.random.bytes)),
        label: `command line (${userInfo().username})`,
      };
      const { origin, vkey, previousOrigin, size, lost } = await continueLog(deps, actor, {
        comment: commentIn(args),
      });
      say(
        `${previousOrigin} goes on as ${origin} with ${size} entries; ${lost} are missing.\nIts verifier key: ${vkey}\n`,
      );
      return 0;
    }
    default:
      throw new UsageError(`Say what to do with the log:\n${usage}`);
  }
}

function needNothing(args: readonly string[]): void {
  if (args.length > 0) throw new UsageError(usage);
}

function commentIn(args: readonly string[]): string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { comment: { type: "string" } },
      strict: true,
      allowPositionals: false,
    });
    if (values.comment !== undefined && values.comment.trim() !== "") return values.comment;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
  throw new UsageError(`Say why with --comment: it stays on the record.\n\n${usage}`);
}
