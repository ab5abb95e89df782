import { isAppError } from "@/lib/errors/app-error";
import { makeHeart } from "@/lib/log/heartbeat";
import { openedDeps } from "@/lib/runtime";
import { UsageError, type Command } from "./command";
import { connectToRunning } from "./connect";
import { doctor } from "./doctor";
import { drill } from "./drill";
import { helpText, makeHelp } from "./help";
import { log } from "./log";
import { token } from "./token";
import { verify } from "./verify";
import { witness } from "./witness";

const commands: Command[] = [doctor, drill, log, token, verify, witness];
commands.push(makeHelp(() => commands));

/** What a person should read about a failure: an expected one in its own words, any other with its stack. */
function explain(error: unknown): string {
  if (error instanceof UsageError || isAppError(error)) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

async function main(words: string[]): Promise<number> {
  const [name = "help", ...args] = words;
  const wanted = /^(-h|--help)$/.test(name) ? "help" : name;
  const command = commands.find((one) => one.name === wanted);
  if (!command) {
    process.stderr.write(`chancery has no command "${name}".\n\n${helpText(commands)}\n`);
    return 2;
  }
  connectToRunning();
  return command.run(args);
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`chancery: ${explain(error)}\n`);
  return error instanceof UsageError ? 2 : 1;
});
// What this command put on the record is settled, so that it is missed if it does not arrive.
const opened = openedDeps();
if (opened)
  await makeHeart(opened)
    .end()
    .catch(() => {});
// Database pools that a command opened would keep the process alive.
process.stdout.write("", () => process.exit());
