import { parseArgs } from "node:util";
import { errorMessage } from "@/lib/errors/error-message";
import { continueLog } from "@/lib/log/publish/continue-log";
import { readPipelineProgress } from "@/lib/log/publish/pipeline-progress";
import type { Deps } from "@/lib/runtime/deps";
import { type Command, UsageError } from "./command";
import { commandLineActor } from "./command-line-actor";
import { getRunningDeps } from "./connect";

const usage = `chancery log state
chancery log continue --comment REASON     continue a log that is halted after a restore that lost entries`;

/**
 * Shows the state of the log, and continues a halted log even if no user can sign in because the
 * accounts were lost too.
 */
export const log: Command = {
  name: "log",
  summary: "state | continue: show the log, or continue it after a restore that lost entries",
  usage,
  run: async (args) => {
    return runLog(getRunningDeps(), args, (text) => process.stdout.write(text));
  },
};

/**
 * Runs the command with the given dependencies. Returns the exit code: 1 for `state` while the log
 * is halted.
 */
export async function runLog(
  deps: Pick<Deps, "db" | "clock" | "random" | "recorder" | "signer" | "publicUrl">,
  [verb = "", ...args]: readonly string[],
  print: (text: string) => void,
): Promise<number> {
  switch (verb) {
    case "state": {
      rejectArguments(args);
      const { size, checkpointSize, publishedAt, backlog, halted } =
        await readPipelineProgress(deps);
      print(
        `${size} entries, ${checkpointSize} covered by a published checkpoint${publishedAt === null ? "" : ` (${publishedAt.toISOString()})`}, ${backlog} waiting\n`,
      );
      if (halted !== null) print(`Halted: ${halted.message}\n`);
      return halted === null ? 0 : 1;
    }
    case "continue": {
      const actor = commandLineActor(deps);
      const { origin, vkey, previousOrigin, size, lost } = (
        await continueLog(deps, actor, { comment: readComment(args) })
      ).result;
      print(
        `${previousOrigin} continues as ${origin} with ${size} entries; ${lost} are missing.\nVerifier key: ${vkey}\n`,
      );
      return 0;
    }
    default:
      throw new UsageError(`Choose a subcommand:\n${usage}`);
  }
}

function rejectArguments(args: readonly string[]): void {
  if (args.length > 0) throw new UsageError(usage);
}

function readComment(args: readonly string[]): string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { comment: { type: "string" } },
      strict: true,
      allowPositionals: false,
    });
    if (values.comment !== undefined && values.comment.trim() !== "") return values.comment;
  } catch (error) {
    throw new UsageError(`${errorMessage(error)}\n\n${usage}`);
  }
  throw new UsageError(
    `Give the reason with --comment. It is recorded in the audit log.\n\n${usage}`,
  );
}
