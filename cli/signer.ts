import { parseArgs } from "node:util";
import { getAuthority, listAuthorities } from "@/lib/authorities/read-authorities";
import type { AuthorityDto } from "@/lib/authorities/schema";
import { listProfiles } from "@/lib/profiles/read-profiles";
import { formatDuration } from "@/lib/format/duration";
import type { CeilingAddition } from "@/lib/pki/ceiling/ceiling";
import type { Deps } from "@/lib/runtime/deps";
import type { HostCaller } from "@/lib/signers/host-commands";
import { type Command, UsageError } from "./command";
import { commandLineActor } from "./command-line-actor";
import { getRunningDeps } from "./connect";
import { hostCaller } from "./host-caller";

const usage = `chancery signer show
chancery signer allow CA [--dns DOMAIN]… [--uri PREFIX]… [--email DOMAIN]… [--ip NETWORK]… [--usage USAGE]… [--days DAYS]
chancery signer limit CA, with the same options

The ceiling of a CA is what the signer ever signs with its key, whatever profiles and administrators allow. CA is its slug or ID.
A domain covers itself and everything below it; '*' allows anything. allow adds values and raises the lifetime to DAYS;
limit removes values that the ceiling has, and lowers the lifetime to DAYS. Certificates that exist stay valid.`;

/** Shows and changes what the signer ever signs, past gateway and console. */
export const signer: Command = {
  name: "signer",
  summary: "show | allow | limit: show, widen or narrow what the signer ever signs for a CA",
  usage,
  run: (args) =>
    runSigner(getRunningDeps(), hostCaller, args, (text) => process.stdout.write(text)),
};

/** Runs the command with the given dependencies. Returns the exit code. */
export async function runSigner(
  deps: Pick<Deps, "db" | "clock" | "random" | "publicUrl" | "signer">,
  caller: () => HostCaller,
  [verb = "", ...args]: readonly string[],
  print: (text: string) => void,
): Promise<number> {
  switch (verb) {
    case "show": {
      const { items } = await listAuthorities(deps, commandLineActor(deps));
      print(items.map(describe).join("\n"));
      return 0;
    }
    case "allow": {
      const { authority, addition } = readAllow(args);
      const entryId = await deps.signer.allow(caller(), { authority, addition });
      print(
        entryId === null
          ? "The ceiling allows that already. Nothing was changed.\n"
          : `The ceiling of ${authority} is wider now. Recorded in ${entryId}.\n`,
      );
      return 0;
    }
    case "limit": {
      const { authority, addition } = readAllow(args);
      const entryId = await deps.signer.limit(caller(), { authority, addition });
      print(
        entryId === null
          ? "The ceiling doesn't allow more than that. Nothing was changed.\n"
          : `The ceiling of ${authority} is narrower now. Recorded in ${entryId}.\n${await describeLimited(deps, authority)}`,
      );
      return 0;
    }
    default:
      throw new UsageError(`Choose a subcommand:\n${usage}`);
  }
}

function readAllow(args: readonly string[]): { authority: string; addition: CeilingAddition } {
  const many = { type: "string", multiple: true, default: [] as string[] } as const;
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      options: {
        dns: many,
        uri: many,
        email: many,
        ip: many,
        usage: many,
        days: { type: "string" },
      },
      strict: true,
      allowPositionals: true,
    });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${usage}`);
  }
  const [authority, ...rest] = parsed.positionals;
  if (authority === undefined || rest.length > 0) throw new UsageError(usage);
  const { usage: usages, days, ...lists } = parsed.values;
  if (days !== undefined && !/^\d{1,6}$/.test(days))
    throw new UsageError(`--days: ${days} is not a number of days.\n\n${usage}`);
  return {
    authority,
    addition: { ...lists, usages, days: days === undefined ? null : Number(days) },
  };
}

/** The CA with its ceiling, and the profiles whose default lifetime is over it from now on. */
async function describeLimited(
  deps: Pick<Deps, "db" | "clock" | "random" | "publicUrl">,
  ref: string,
): Promise<string> {
  const actor = commandLineActor(deps);
  const [authority, profiles] = await Promise.all([
    getAuthority(deps, actor, ref),
    listProfiles(deps, actor),
  ]);
  const most = (authority.ceiling?.maxDays ?? Infinity) * 86_400;
  const over = profiles.items.filter(
    ({ status, system, authorityId, rules }) =>
      status === "active" &&
      !system &&
      (authorityId === null || authorityId === authority.id) &&
      rules.validitySecondsDefault > most,
  );
  const lines = over.map(
    ({ slug, rules }) => `  ${slug}: ${formatDuration(rules.validitySecondsDefault)}\n`,
  );
  if (lines.length === 0) return describe(authority);
  return `${describe(authority)}
The default lifetime of these profiles is longer now than the CA ever signs. Requests that name no
lifetime are refused until you lower it in the profile:
${lines.join("")}`;
}

function describe({ slug, name, ceiling }: AuthorityDto): string {
  if (!ceiling) return `${slug}  ${name}\n  no ceiling yet\n`;
  const list = (values: readonly string[]) => values.join(", ") || "none";
  const rows = [
    ["Domains", list(ceiling.dns)],
    ["URIs", list(ceiling.uri)],
    ["Mailboxes", list(ceiling.email)],
    ["Addresses", list(ceiling.ip)],
    ["Usages", list(ceiling.usages)],
    ["Lifetime", `${ceiling.maxDays} days`],
    ["Set by", `${ceiling.setBy} at ${ceiling.setAt} (version ${ceiling.version})`],
  ];
  const lines = rows.map(([label = "", value]) => `  ${label.padEnd(12)}${value}`);
  return `${slug}  ${name}\n${lines.join("\n")}\n`;
}
