import { chmodSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { randomUUID, webcrypto } from "node:crypto";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { AppError } from "@/lib/errors/app-error";
import { errorMessage } from "@/lib/errors/error-message";
import { parseDuration } from "@/lib/format/duration";
import { checkName } from "@/lib/keys/check-name";
import { keyPem } from "@/lib/keys/key-files";
import { keyKinds, type KeyKind } from "@/lib/keys/key-kinds";
import { makeCsr, type CsrNames } from "@/lib/keys/make-csr";
import { exportPkcs8, makeKey } from "@/lib/keys/make-key";
import { parseIp } from "@/lib/net/address";
import type { GeneralName, GeneralNameType } from "@/lib/pki/types";
import { type Command, UsageError } from "./command";
import { consoleAddress } from "./connect";
import { askForCertificate, type Issued } from "./request/ask";
import { noToken, readToken } from "./request/post-json";
import { writeDurably } from "./request/write-durably";

const usage = `chancery request --profile PROFILE --identity ID --name NAME... --out FOLDER [--key TYPE] [--common-name TEXT]
                 [--lifetime DURATION] [--url URL] [--ca FILE] [--token-file FILE] [--force]

Makes a key and a CSR, requests a certificate over the API, and writes key.pem (mode 0600), cert.pem, chain.pem and
fullchain.pem into FOLDER, all at once: FOLDER appears complete or not at all. The key never leaves this machine.

  --lifetime    30d, 12h; that of the profile by default
  --name        pay.example.com, 10.0.0.7, URI:spiffe://example.com/pay or email:pay@example.com; several are allowed
  --key         ${keyKinds.join(", ")}; p-256 by default
  --url         where Chancery is, such as https://ca.example.com:3443; the one on this machine by default
  --ca          the root certificate in PEM that HTTPS is checked with (npx chancery root)
  --token-file  a file with an API token; CHANCERY_TOKEN by default
  --force       replaces FOLDER, and keeps it as FOLDER.previous, in place of an earlier one. Its certificate stays valid

With a token of an operator or administrator, names that the identity doesn't hold yet are added to it, and printed.`;

/** Makes a key, requests a certificate for it and writes both as one unit. */
export const request: Command = {
  name: "request",
  summary: "make a key and request a certificate for it",
  usage,
  run: async (args) => runRequest(args, process.env, (text) => process.stdout.write(text)),
};

const { subtle } = webcrypto as unknown as Crypto;

async function runRequest(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  print: (text: string) => void,
): Promise<number> {
  const input = readInput(args, env);
  const out = resolve(input.out);
  if (existsSync(out) && !input.force)
    throw new UsageError(`${out} exists. Choose another folder, or replace it with --force.`);
  if (!existsSync(dirname(out)))
    throw new UsageError(`${dirname(out)} doesn't exist. Create it first.`);
  const key = await makeKey(subtle, input.kind);
  const csr = await makeCsr(subtle, key, input.names);
  // Next to the target, so that it can be renamed; mode 0700.
  const draft = mkdtempSync(join(dirname(out), ".chancery-request-"));
  let issued: Issued | null = null;
  try {
    // Before asking: a certificate without its key would be worth nothing.
    writeDurably(join(draft, "key.pem"), keyPem(await exportPkcs8(subtle, key)), 0o600);
    issued = await askForCertificate({ ...input, csr, idempotencyKey: randomUUID() });
    writeFiles(draft, issued);
    replaceFolder(draft, out);
    print(`${out}: certificate ${issued.serial}, valid until ${issued.notAfter}.\n`);
    for (const { type, value } of issued.namesAdded ?? [])
      print(`Added to the names of the identity: ${type.toUpperCase()}:${value}\n`);
    return 0;
  } catch (error) {
    if (issued !== null || isUnknown(error)) throw keptKey(error, draft, issued);
    rmSync(draft, { recursive: true, force: true });
    throw error;
  }
}

/** The certificate may exist: then its key must not be gone. */
const isUnknown = (error: unknown): error is AppError =>
  error instanceof AppError && error.code === "outcome.unknown";

function keptKey(error: unknown, draft: string, issued: Issued | null): AppError {
  const what =
    issued === null
      ? errorMessage(error)
      : `Certificate ${issued.serial} was issued, but its files could not be put in place: ${errorMessage(error)}.`;
  return new AppError("outcome.unknown", `${what} The key is kept in ${draft}/key.pem.`);
}

function writeFiles(folder: string, { pem, chainPem }: Issued): void {
  writeDurably(join(folder, "cert.pem"), pem, 0o644);
  writeDurably(join(folder, "chain.pem"), chainPem, 0o644);
  writeDurably(join(folder, "fullchain.pem"), `${pem.trimEnd()}\n${chainPem}`, 0o644);
  // Others may read the certificates; the key has its own mode.
  chmodSync(folder, 0o755);
}

/** Puts the folder in place. A reader finds the old one, none for a moment, or the new one. */
function replaceFolder(draft: string, out: string): void {
  const previous = `${out}.previous`;
  if (existsSync(out)) {
    rmSync(previous, { recursive: true, force: true });
    renameSync(out, previous);
  }
  renameSync(draft, out);
}

type Input = Readonly<{
  profile: string;
  identity: string;
  names: CsrNames;
  kind: KeyKind;
  out: string;
  force: boolean;
  url: string;
  ca: string | undefined;
  token: string;
  validitySeconds: number | undefined;
}>;

const options = {
  profile: { type: "string" },
  identity: { type: "string" },
  name: { type: "string", multiple: true },
  "common-name": { type: "string" },
  key: { type: "string", default: "p-256" },
  lifetime: { type: "string" },
  out: { type: "string" },
  url: { type: "string" },
  ca: { type: "string" },
  "token-file": { type: "string" },
  force: { type: "boolean", default: false },
} as const;

const wrong = (problem: string): UsageError => new UsageError(`${problem}\n\n${usage}`);

function readFlags(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, strict: true }).values;
  } catch (error) {
    throw wrong(errorMessage(error));
  }
}

function readInput(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Input {
  const flags = readFlags(args);
  const need = (flag: "profile" | "identity" | "out"): string => {
    const value = flags[flag];
    if (value === undefined || value === "") throw wrong(`--${flag} is missing.`);
    return value;
  };
  const kind = keyKinds.find((one) => one === flags.key);
  if (kind === undefined) throw wrong(`--key is one of ${keyKinds.join(", ")}.`);
  const validitySeconds =
    flags.lifetime === undefined ? undefined : (parseDuration(flags.lifetime) ?? Number.NaN);
  if (Number.isNaN(validitySeconds)) throw wrong("--lifetime is a duration, such as 30d or 12h.");
  return {
    profile: need("profile"),
    identity: need("identity"),
    out: need("out"),
    names: readNames(flags.name ?? [], flags["common-name"]),
    kind,
    force: flags.force,
    url: flags.url ?? consoleAddress(),
    ca: flags.ca === undefined ? undefined : readFileSync(flags.ca, "utf8"),
    token: needToken(flags["token-file"], env),
    validitySeconds,
  };
}

function needToken(...from: Parameters<typeof readToken>): string {
  const token = readToken(...from);
  if (token === null) throw wrong(noToken);
  return token;
}

const prefixes: Readonly<Record<string, GeneralNameType>> = {
  dns: "dns",
  ip: "ip",
  uri: "uri",
  email: "email",
};

function readName(text: string): GeneralName {
  const [, prefix = "", rest = ""] = /^(dns|ip|uri|email):(.+)$/is.exec(text) ?? [];
  const type = prefixes[prefix.toLowerCase()] ?? (parseIp(text) === null ? "dns" : "ip");
  const { name, problem } = checkName(type, prefix === "" ? text : rest);
  if (name === null || name.type === "cn") throw new UsageError(problem ?? "");
  return { type: name.type, value: name.value };
}

function readNames(texts: readonly string[], commonName: string | undefined): CsrNames {
  const sans = texts.map(readName);
  if (commonName === undefined) {
    if (sans.length === 0) throw wrong("--name is missing.");
    return { commonName: null, sans };
  }
  const { name, problem } = checkName("cn", commonName);
  if (name === null) throw new UsageError(problem);
  return { commonName: name.value, sans };
}
