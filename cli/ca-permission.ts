import { parseArgs } from "node:util";
import { listCaPermissions } from "@/lib/ca-permissions/read-permissions";
import { revokeCaPermission } from "@/lib/ca-permissions/revoke-permission";
import type { CaPermissionDto } from "@/lib/ca-permissions/schema";
import { plural } from "@/lib/format/count";
import { visibleLine } from "@/lib/format/label";
import type { Deps } from "@/lib/runtime/deps";
import { type Command, UsageError } from "./command";
import { commandLineActor } from "./command-line-actor";
import { getRunningDeps } from "./connect";

const usage = `chancery ca-permission list
chancery ca-permission revoke ID [--comment TEXT]

A CA permission lets a client such as SPIRE get CA certificates for its own keys. Create one over the API, and confirm
it with chancery confirm. After revoke, nothing is signed under it; CA certificates that exist stay valid.`;

/** Lists and revokes CA permissions. */
export const caPermission: Command = {
  name: "ca-permission",
  summary: "list | revoke: permissions of clients to get CA certificates",
  usage,
  run: (args) => runCaPermission(getRunningDeps(), args, (text) => process.stdout.write(text)),
};

/** Runs the command with the given dependencies. Returns the exit code. */
export async function runCaPermission(
  deps: Pick<Deps, "db" | "clock" | "random" | "recorder">,
  [verb = "", ...args]: readonly string[],
  print: (text: string) => void,
): Promise<number> {
  const actor = commandLineActor(deps);
  if (verb === "list" && args.length === 0) {
    const { items } = await listCaPermissions(deps, actor);
    print(items.length === 0 ? "There are no CA permissions.\n" : items.map(describe).join(""));
    return 0;
  }
  if (verb !== "revoke") throw new UsageError(`Choose a subcommand:\n${usage}`);
  const { id, comment } = readRevocation(args);
  const { result, entryId } = await revokeCaPermission(deps, actor, id, comment);
  print(`${describe(result)}Revoked. Recorded in ${entryId ?? "the audit log"}.\n`);
  return 0;
}

const describe = (one: CaPermissionDto): string =>
  `${one.id}  ${one.status.padEnd(9)}  ${visibleLine(one.trustDomain)}  ${visibleLine(one.identity.name)}, below ${visibleLine(one.authority.slug)}, at most ${plural(one.maxDays, "day")} each, ${one.used} of ${one.count} used\n`;

function readRevocation(args: readonly string[]): Readonly<{ id: string; comment: string }> {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { comment: { type: "string", default: "" } },
      strict: true,
      allowPositionals: true,
    });
    const [id, ...rest] = positionals;
    if (id === undefined || rest.length > 0) throw new UsageError(usage);
    return { id, comment: values.comment };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${(error as Error).message}\n\n${usage}`);
  }
}
