import { userInfo } from "node:os";
import { parseArgs, type ParseArgsConfig } from "node:util";
import { systemActor, type Actor } from "@/lib/auth/actor";
import type { Deps } from "@/lib/deps";
import { newId } from "@/lib/ids";
import { createToken } from "@/lib/tokens/create-token";
import { listTokens } from "@/lib/tokens/list-tokens";
import { revokeToken } from "@/lib/tokens/revoke-token";
import { tokenInput, type TokenDto } from "@/lib/tokens/schema";
import { getDeps } from "@/lib/runtime";
import { UsageError, type Command } from "./command";
import { dataFolder } from "./connect";

const usage = `chancery token create --role ROLE --name NAME [--identity IDENTITY] [--expires-in-days DAYS]
chancery token list
chancery token revoke ID`;

type Say = (text: string) => void;

/** Makes, lists and revokes API tokens. `create` prints the secret alone, so that it can be caught in a variable. */
export const token: Command = {
  name: "token",
  summary: "create | list | revoke: API tokens",
  run: async (args) => {
    if (!process.env.DATABASE_URL)
      throw new UsageError(
        `No Chancery is running on ${dataFolder()}. Start it with npm start, or name its data folder in CHANCERY_DATA.`,
      );
    return runToken(getDeps(), args, (text) => process.stdout.write(text));
  },
};

/** The command itself, over given dependencies; answers with the exit code. */
export async function runToken(
  deps: Pick<Deps, "db" | "clock" | "random">,
  [verb = "", ...args]: readonly string[],
  say: Say,
): Promise<number> {
  const actor = commandLine(deps);
  switch (verb) {
    case "create": {
      const created = await createToken(deps, actor, readCreate(args));
      say(`${created.secret ?? ""}\n`);
      return 0;
    }
    case "list": {
      read(args, {}, 0);
      for (let cursor: string | null | undefined; cursor !== null;) {
        const page = await listTokens(deps, actor, {
          limit: 200,
          ...(cursor === undefined ? {} : { cursor }),
        });
        for (const row of page.items) say(line(row));
        cursor = page.nextCursor;
      }
      return 0;
    }
    case "revoke": {
      const [id = ""] = read(args, {}, 1).positionals;
      const { name, revokedAt } = await revokeToken(deps, actor, id);
      say(`${id} (${name}) is revoked since ${revokedAt ?? ""}.\n`);
      return 0;
    }
    default:
      throw new UsageError(`Say what to do with tokens:\n${usage}`);
  }
}

function readCreate(args: readonly string[]) {
  const options = {
    role: { type: "string" },
    name: { type: "string" },
    identity: { type: "string" },
    "expires-in-days": { type: "string" },
  } as const;
  const { values } = read(args, options, 0);
  const { role, name, identity, "expires-in-days": expiresInDays } = values;
  const parsed = tokenInput.safeParse({ role, name, identityId: identity, expiresInDays });
  if (parsed.success) return parsed.data;
  const flags: Readonly<Record<string, string>> = {
    identityId: "identity",
    expiresInDays: "expires-in-days",
  };
  const wrong = parsed.error.issues.map(
    ({ path, message }) => `--${flags[String(path[0])] ?? String(path[0])}: ${message}`,
  );
  throw new UsageError(`${wrong.join("\n")}\n\n${usage}`);
}

function read(
  args: readonly string[],
  options: NonNullable<ParseArgsConfig["options"]>,
  positionals: number,
) {
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({
      args: [...args],
      options,
      strict: true,
      allowPositionals: positionals > 0,
    });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
  if (parsed.positionals.length !== positionals) throw new UsageError(usage);
  return {
    values: parsed.values as Readonly<Record<string, string | undefined>>,
    positionals: parsed.positionals,
  };
}

const line = ({ id, name, role, status, hint, identity, expiresAt }: TokenDto): string =>
  `${[id, status, role, hint, name, identity?.name ?? "", expiresAt ?? "no end"].join("\t")}\n`;

/** Whoever can run commands on the machine and read the data folder is in charge there; the record names the account of the system. */
function commandLine({ clock, random }: Pick<Deps, "clock" | "random">): Actor {
  const actor = systemActor("command-line", newId("req", clock.now(), random.bytes));
  return { ...actor, label: `command line (${userInfo().username})` };
}
