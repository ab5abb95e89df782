import { parseArgs, type ParseArgsConfig } from "node:util";
import { errorMessage } from "@/lib/errors/error-message";
import { plural } from "@/lib/format/count";
import type { Deps } from "@/lib/runtime/deps";
import { createToken } from "@/lib/tokens/create-token";
import { listTokens } from "@/lib/tokens/read-tokens";
import { revokeToken } from "@/lib/tokens/revoke-token";
import { type TokenDto, tokenInput } from "@/lib/tokens/schema";
import { type Command, UsageError } from "./command";
import { commandLineActor } from "./command-line-actor";
import { getRunningDeps } from "./connect";

const usage = `chancery token create --role ROLE --name NAME [--identity IDENTITY] [--expires-in-days DAYS]
chancery token list
chancery token revoke ID

Administrator tokens expire after 90 days unless --expires-in-days says otherwise, at most 365.
Revoking a token also revokes the tokens that were created with it.`;

/**
 * Creates, lists and revokes API tokens. `create` prints only the secret, so that a script can
 * store it in a variable.
 */
export const token: Command = {
  name: "token",
  summary: "create | list | revoke: manage API tokens",
  usage,
  run: async (args) => {
    return runToken(getRunningDeps(), args, (text) => process.stdout.write(text));
  },
};

/** Runs the command with the given dependencies. Returns the exit code. */
export async function runToken(
  deps: Pick<Deps, "db" | "clock" | "random" | "recorder">,
  [verb = "", ...args]: readonly string[],
  print: (text: string) => void,
): Promise<number> {
  const actor = commandLineActor(deps);
  switch (verb) {
    case "create": {
      const created = await createToken(deps, actor, readCreate(args));
      print(`${created.result.secret ?? ""}\n`);
      return 0;
    }
    case "list": {
      parse(args, {}, 0);
      for (let cursor: string | null | undefined; cursor !== null;) {
        const page = await listTokens(deps, actor, {
          limit: 200,
          ...(cursor === undefined ? {} : { cursor }),
        });
        for (const row of page.items) print(formatToken(row));
        cursor = page.nextCursor;
      }
      return 0;
    }
    case "revoke": {
      const [id = ""] = parse(args, {}, 1).positionals;
      const { name, revokedAt, alsoRevoked } = (await revokeToken(deps, actor, id)).result;
      const also =
        alsoRevoked === 0 ? "" : ` Also revoked: ${plural(alsoRevoked, "token")} created with it.`;
      print(`Token ${id} (${name}) was revoked at ${revokedAt ?? ""}.${also}\n`);
      return 0;
    }
    default:
      throw new UsageError(`Choose a subcommand:\n${usage}`);
  }
}

function readCreate(args: readonly string[]) {
  const options = {
    role: { type: "string" },
    name: { type: "string" },
    identity: { type: "string" },
    "expires-in-days": { type: "string" },
  } as const;
  const { values } = parse(args, options, 0);
  const { role, name, identity, "expires-in-days": expiresInDays } = values;
  const parsed = tokenInput.safeParse({ role, name, identityId: identity, expiresInDays });
  if (parsed.success) return parsed.data;
  const flags: Readonly<Record<string, string>> = {
    identityId: "identity",
    expiresInDays: "expires-in-days",
  };
  const problems = parsed.error.issues.map(
    ({ path, message }) => `--${flags[String(path[0])] ?? String(path[0])}: ${message}`,
  );
  throw new UsageError(`${problems.join("\n")}\n\n${usage}`);
}

function parse(
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
    throw new UsageError(`${errorMessage(error)}\n\n${usage}`);
  }
  if (parsed.positionals.length !== positionals) throw new UsageError(usage);
  return {
    values: parsed.values as Readonly<Record<string, string | undefined>>,
    positionals: parsed.positionals,
  };
}

const formatToken = (token: TokenDto): string =>
  `${[
    token.id,
    token.status,
    token.role,
    token.hint,
    token.name,
    token.identity?.name ?? "",
    token.expiresAt ?? "never expires",
    token.lastUsedAt === null ? "never used" : `last used ${token.lastUsedAt}`,
    makerText(token),
  ].join("\t")}\n`;

/** What the token ends with. */
function makerText({ parent, account }: TokenDto): string {
  if (parent !== null) return `ends with ${parent.id}`;
  return account === null ? "" : `ends with ${account.email}`;
}
