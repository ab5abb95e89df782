import { parseArgs, type ParseArgsConfig } from "node:util";
import { createAccount } from "@/lib/accounts/create-account";
import { listAccounts } from "@/lib/accounts/read-accounts";
import { recoverAccount } from "@/lib/accounts/recover-account";
import { type AccountDto, accountInput, type InvitedAccount } from "@/lib/accounts/schema";
import { errorMessage } from "@/lib/errors/error-message";
import type { Deps } from "@/lib/runtime/deps";
import { type Command, UsageError } from "./command";
import { commandLineActor } from "./command-line-actor";
import { consoleAddress, getRunningDeps } from "./connect";

const usage = `chancery account recover EMAIL [--enable]
chancery account create EMAIL --role ROLE --name NAME [--accept-email-holders]
chancery account list`;

/**
 * Makes links for users on the host: for an administrator who can't sign in, and for new users. The
 * link is all that is printed on standard output.
 */
export const account: Command = {
  name: "account",
  summary:
    "recover | create | list: let users set a password, also when no administrator can sign in",
  usage,
  run: (args) =>
    runAccount(getRunningDeps(), args, {
      print: (text) => process.stdout.write(text),
      explain: (text) => process.stderr.write(text),
      base: consoleAddress(),
    }),
};

type Output = Readonly<{
  print: (text: string) => void;
  explain: (text: string) => void;
  /** Where the console is. */
  base: string;
}>;
type AccountDeps = Pick<Deps, "db" | "clock" | "random" | "recorder">;

/** Runs the command with the given dependencies. Returns the exit code. */
export async function runAccount(
  deps: AccountDeps,
  [verb = "", ...args]: readonly string[],
  output: Output,
): Promise<number> {
  const actor = commandLineActor(deps);
  switch (verb) {
    case "recover": {
      const { values, email } = parse(args, { enable: { type: "boolean" } }, true);
      const request = { email, enable: values["enable"] === true };
      printLink(output, (await recoverAccount(deps, actor, request)).result);
      return 0;
    }
    case "create": {
      const options = {
        role: { type: "string" },
        name: { type: "string" },
        "accept-email-holders": { type: "boolean" },
      } as const;
      const { values, email } = parse(args, options, true);
      const input = readInput({
        email,
        role: values["role"],
        name: values["name"],
        ...(values["accept-email-holders"] === true ? { acceptEmailHolders: true } : {}),
      });
      printLink(output, (await createAccount(deps, actor, input)).result);
      return 0;
    }
    case "list": {
      parse(args, {}, false);
      for (let cursor: string | null | undefined; cursor !== null;) {
        const query = { limit: 200, ...(cursor === undefined ? {} : { cursor }) };
        const page = await listAccounts(deps, actor, query);
        for (const row of page.items) output.print(formatAccount(row));
        cursor = page.nextCursor;
      }
      return 0;
    }
    default:
      throw new UsageError(`Choose a subcommand:\n${usage}`);
  }
}

function printLink({ print, explain, base }: Output, { link, email, invitation }: InvitedAccount) {
  explain(
    `Open this link to set the password of ${email}. It works once and expires at ${invitation?.expiresAt ?? ""}.\n`,
  );
  print(`${base}${link ?? ""}\n`);
}

function readInput(input: Readonly<Record<string, unknown>>) {
  const parsed = accountInput.safeParse(input);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => {
    const field = String(path[0]);
    return `${field === "email" ? "EMAIL" : `--${field}`}: ${message}`;
  });
  throw new UsageError(`${problems.join("\n")}\n\n${usage}`);
}

function parse(
  args: readonly string[],
  options: NonNullable<ParseArgsConfig["options"]>,
  hasEmail: boolean,
) {
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({ args: [...args], options, strict: true, allowPositionals: hasEmail });
  } catch (error) {
    throw new UsageError(`${errorMessage(error)}\n\n${usage}`);
  }
  const [email = "", ...others] = parsed.positionals;
  if (hasEmail && (email === "" || others.length > 0)) throw new UsageError(usage);
  return { values: parsed.values, email };
}

const formatAccount = ({
  id,
  email,
  role,
  status,
  hasPassword,
  lastSignInAt,
}: AccountDto): string =>
  `${[id, status, role, email, hasPassword ? "has a password" : "no password", lastSignInAt ?? "never signed in"].join("\t")}\n`;
