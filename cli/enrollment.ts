import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { errorMessage } from "@/lib/errors/error-message";
import { type Command, CommandError, UsageError } from "./command";
import { consoleAddress } from "./connect";
import {
  isNeverSent,
  noToken,
  notSent,
  postJson,
  problemText,
  readToken,
  type Target,
} from "./request/post-json";

const usage = `chancery enrollment secret --identity ID --profile PROFILE [--uses N] [--expires-in-minutes N] [--network NETWORK]...
chancery enrollment acme-key --identity ID [--profile PROFILE]... [--name NAME]... [--expires-in-days N]

Creates what a machine enrolls with by itself, over the API, and prints it once as assignments for a shell:

  secret    ID and SECRET for EST (EST is the address) and the API; KID, HMAC and DIRECTORY for an ACME client.
            One certificate or ACME account by default, within a day, from everywhere
  acme-key  KID, HMAC and DIRECTORY. Any number of ACME accounts within 30 days

  --url         where Chancery is, such as https://ca.example.com:3443; the one on this machine by default
  --ca          the root certificate in PEM that HTTPS is checked with (npx chancery root)
  --token-file  a file with an API token; CHANCERY_TOKEN by default`;

const target = {
  identity: { type: "string" },
  url: { type: "string" },
  ca: { type: "string" },
  "token-file": { type: "string" },
} as const;

/** Creates enrollment secrets and ACME keys, which only a process with the sealing key can. */
export const enrollment: Command = {
  name: "enrollment",
  summary: "secret | acme-key: create what a machine enrolls with",
  usage,
  run: async (args) => runEnrollment(args, process.env, (text) => process.stdout.write(text)),
};

type Env = Readonly<Record<string, string | undefined>>;

/** Runs the command with the given environment. Returns the exit code. */
export async function runEnrollment(
  [kind = "", ...args]: readonly string[],
  env: Env,
  print: (text: string) => void,
): Promise<number> {
  if (kind !== "secret" && kind !== "acme-key")
    throw new UsageError(`Choose a subcommand:\n${usage}`);
  const wish = kind === "secret" ? readSecret(args, env) : readAcmeKey(args, env);
  const answer = await postJson(wish.target, wish.path, wish.body, randomUUID()).catch(
    (error: unknown) => {
      if (isNeverSent(error)) throw notSent(wish.target.url, error);
      throw new CommandError(`No answer: ${errorMessage(error)}. It may have been created.`);
    },
  );
  if (answer.status !== 201) throw new CommandError(problemText(answer));
  print(assignments(JSON.parse(answer.body) as Created));
  return 0;
}

type Created = Readonly<{
  id: string;
  secret?: string;
  estUrl?: string;
  hmacKey: string | null;
  directory: string | null;
}>;

/** Lines that a shell reads; their values have no character that it would read otherwise. */
function assignments({ id, secret, estUrl, hmacKey, directory }: Created): string {
  const values = [
    ...(secret === undefined ? [] : [`ID=${id}`, `SECRET=${secret}`]),
    ...(estUrl === undefined ? [] : [`EST=${estUrl}`]),
    ...(hmacKey === null || directory === null
      ? []
      : [`KID=${id}`, `HMAC=${hmacKey}`, `DIRECTORY=${directory}`]),
  ];
  return `${values.join("\n")}\n`;
}

type Wish = Readonly<{ target: Target; path: string; body: object }>;

function readSecret(args: readonly string[], env: Env): Wish {
  const flags = parse(() =>
    parseArgs({
      args: [...args],
      options: {
        ...target,
        profile: { type: "string" },
        uses: { type: "string" },
        "expires-in-minutes": { type: "string" },
        network: { type: "string", multiple: true },
      },
    }),
  );
  if (flags.profile === undefined) throw wrong("--profile is missing.");
  return {
    ...readTarget(flags, env, "enrollment-secrets"),
    body: {
      profile: flags.profile,
      uses: flags.uses ?? null,
      expiresInMinutes: flags["expires-in-minutes"] ?? null,
      networks: flags.network ?? [],
    },
  };
}

function readAcmeKey(args: readonly string[], env: Env): Wish {
  const flags = parse(() =>
    parseArgs({
      args: [...args],
      options: {
        ...target,
        profile: { type: "string", multiple: true },
        name: { type: "string", multiple: true },
        "expires-in-days": { type: "string" },
      },
    }),
  );
  return {
    ...readTarget(flags, env, "acme-keys"),
    body: {
      profiles: flags.profile ?? [],
      names: flags.name ?? [],
      expiresInDays: flags["expires-in-days"] ?? null,
    },
  };
}

function parse<T>(read: () => Readonly<{ values: T }>): T {
  try {
    return read().values;
  } catch (error) {
    throw wrong(errorMessage(error));
  }
}

type TargetFlags = Readonly<{
  identity?: string;
  url?: string;
  ca?: string;
  "token-file"?: string;
}>;

function readTarget(flags: TargetFlags, env: Env, what: string): Omit<Wish, "body"> {
  if (!flags.identity) throw wrong("--identity is missing.");
  const token = readToken(flags["token-file"], env);
  if (token === null) throw wrong(noToken);
  return {
    path: `/api/v1/identities/${encodeURIComponent(flags.identity)}/${what}`,
    target: {
      url: flags.url ?? consoleAddress(),
      ca: flags.ca === undefined ? undefined : readFileSync(flags.ca, "utf8"),
      token,
    },
  };
}

const wrong = (problem: string): UsageError => new UsageError(`${problem}\n\n${usage}`);
