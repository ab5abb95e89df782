import { isAppError } from "@/lib/errors/app-error";
import { makeHeartbeat } from "@/lib/log/record/heartbeat";
import { openedDeps } from "@/lib/runtime/get-deps";
import { BackupError } from "@/server/backup/backup-error";
import { type Command, CommandError, UsageError } from "./command";
import { connectToRunning } from "./connect";
import { account } from "./account";
import { backup } from "./backup";
import { caPermission } from "./ca-permission";
import { confirm } from "./confirm";
import { doctor } from "./doctor";
import { drill } from "./drill";
import { enrollment } from "./enrollment";
import { helpText, makeHelp } from "./help";
import { log } from "./log";
import { request } from "./request";
import { restore } from "./restore";
import { root } from "./root";
import { signer } from "./signer";
import { token } from "./token";
import { verify } from "./verify";
import { witness } from "./witness";

const commands: Command[] = [account, backup, caPermission, confirm, doctor, drill, enrollment];
commands.push(log, request, restore, root, signer, token, verify, witness);
commands.push(makeHelp(() => commands));

/** The message of an expected error, or the stack of any other. */
function describeError(error: unknown): string {
  const isExpected = [UsageError, CommandError, BackupError].some((kind) => error instanceof kind);
  if (isExpected || isAppError(error)) return (error as Error).message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

async function main([first = "help", ...args]: string[]): Promise<number> {
  const name = /^(-h|--help)$/.test(first) ? "help" : first;
  const command = commands.find((candidate) => candidate.name === name);
  if (!command) {
    process.stderr.write(`Unknown command "${name}".\n\n${helpText(commands)}\n`);
    return 2;
  }
  if (args.some((arg) => /^(-h|--help)$/.test(arg))) {
    process.stdout.write(`${command.usage ?? `chancery ${command.name}`}\n`);
    return 0;
  }
  connectToRunning();
  return command.run(args);
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`chancery: ${describeError(error)}\n`);
  return error instanceof UsageError ? 2 : 1;
});
// Confirms the entries of this command with a last heartbeat, so that a missing one is noticed.
const opened = openedDeps();
if (opened)
  await makeHeartbeat(opened.recorder)
    .sendLast()
    .catch(() => {});
// An open database pool would keep the process alive.
process.stdout.write("", () => process.exit());
