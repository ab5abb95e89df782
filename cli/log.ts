import { parseArgs } from "node:util";
import { errorMessage } from "@/lib/errors/error-message";
import { continueLog } from "@/lib/log/publish/continue-log";
import { rebuildIndex, type RebuildInput } from "@/lib/log/publish/rebuild-index";
import { readPipelineProgress } from "@/lib/log/publish/pipeline-progress";
import type { Deps } from "@/lib/runtime/deps";
import { type Command, UsageError } from "./command";
import { commandLineActor } from "./command-line-actor";
import { getRunningDeps } from "./connect";
import { makeLineProgress } from "./verify/progress";

const usage = `chancery log state
chancery log continue --comment REASON     continue a log that is halted after a restore that lost entries
chancery log rebuild-index [--part N/M]    build the search index again, part by part, while searches use the old one
chancery log rebuild-index --discard       discard the search index first; searches find only what is indexed again

  --part      rebuild only the Nth of M equal parts of the log, to run several at the same time`;

/**
 * Shows the state of the log, and continues a halted log even if no user can sign in because the
 * accounts were lost too.
 */
export const log: Command = {
  name: "log",
  summary:
    "state | continue | rebuild-index: show the log, continue it after a restore that lost entries, or build its search index again",
  usage,
  run: async (args) => {
    return runLog(
      getRunningDeps(),
      args,
      (text) => process.stdout.write(text),
      process.stderr.isTTY ? process.stderr : null,
    );
  },
};

/**
 * Runs the command with the given dependencies. Returns the exit code: 1 for `state` while the log
 * is halted, and for `rebuild-index` if part of the index is not rebuilt.
 */
export async function runLog(
  deps: Pick<Deps, "db" | "clock" | "random" | "recorder" | "signer" | "publicUrl">,
  [verb = "", ...args]: readonly string[],
  print: (text: string) => void,
  terminal: Parameters<typeof makeLineProgress>[0] = null,
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
    case "rebuild-index":
      return runRebuild(deps, readRebuild(args), print, terminal);
    default:
      throw new UsageError(`Choose a subcommand:\n${usage}`);
  }
}

async function runRebuild(
  deps: Parameters<typeof rebuildIndex>[0],
  input: RebuildInput,
  print: (text: string) => void,
  terminal: Parameters<typeof makeLineProgress>[0],
): Promise<number> {
  const progress = makeLineProgress(terminal);
  const onProgress = (done: number, total: number): void =>
    progress.show(`indexed to ${done.toLocaleString("en")} of ${total.toLocaleString("en")}`);
  try {
    const { low, high, refused } = (
      await rebuildIndex(deps, commandLineActor(deps), { ...input, onProgress })
    ).result;
    progress.end();
    for (const reason of refused) print(`${reason}\n`);
    if (refused.length === 0)
      print(
        low < high
          ? `The search index of the entries ${low.toLocaleString("en")} to ${(high - 1).toLocaleString("en")} is rebuilt.\n`
          : "There are no entries to index.\n",
      );
    else if (input.discard !== true) print(discardText);
    return refused.length === 0 ? 0 : 1;
  } finally {
    progress.end();
  }
}

const discardText =
  "Everything else is rebuilt. To build what is left, discard the index: chancery log rebuild-index --discard\n";

function readRebuild(args: readonly string[]): RebuildInput {
  const values = readRebuildOptions(args);
  const [, part = "1", parts = "1"] =
    /^([1-9]\d{0,2})\/([1-9]\d{0,2})$/.exec(values.part ?? "1/1") ?? [];
  if (values.part !== undefined && (values.discard === true || values.part !== `${part}/${parts}`))
    throw new UsageError(`--part is N/M, such as 1/4, and not for --discard.\n\n${usage}`);
  if (Number(part) > Number(parts))
    throw new UsageError(`There is no part ${part} of ${parts}.\n\n${usage}`);
  return { discard: values.discard === true, part: Number(part), parts: Number(parts) };
}

function readRebuildOptions(
  args: readonly string[],
): Readonly<{ discard?: boolean | undefined; part?: string | undefined }> {
  try {
    return parseArgs({
      args: [...args],
      options: { discard: { type: "boolean" }, part: { type: "string" } },
      strict: true,
      allowPositionals: false,
    }).values;
  } catch (error) {
    throw new UsageError(`${errorMessage(error)}\n\n${usage}`);
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
