import { closeSync, readSync } from "node:fs";
import { AppError } from "@/lib/errors/app-error";
import { readCredential } from "./credentials";

/**
 * The settings that a process of Chancery gets through a pipe and never in its environment, which
 * other programs may be able to read (decision 18). The files are no secrets: the process itself
 * may not be able to read them.
 */
export const secretNames = [
  "DATABASE_URL",
  "DATABASE_SIGNER_URL",
  "CHANCERY_DELIVERY_KEY",
  "CHANCERY_SESSION_SECRET",
  "CHANCERY_SETUP_TOKEN_SHA256",
  "CHANCERY_HOST_TOKEN_SHA256",
  "CHANCERY_ADMIN_PASSWORD",
  "CHANCERY_WITNESS_POLICY_TEXT",
  "CHANCERY_TSA_CA_TEXT",
] as const;

export type SecretSettings = Readonly<Partial<Record<(typeof secretNames)[number], string>>>;

const kekBytes = 32;
const maxLineBytes = 1_048_576;
const key = Symbol.for("chancery.secrets");
type Holder = { [key]?: SecretSettings };

/**
 * The secret settings of this process: one line of JSON from the descriptor that
 * CHANCERY_SECRETS_FD names, read once; in a unit of systemd, its credentials of these names; none
 * elsewhere, as in the command line. Throws if the line isn't one of secret settings. Next loads modules more than once in a process, so they
 * are kept on globalThis.
 */
export function receiveSecrets(environment: NodeJS.ProcessEnv = process.env): SecretSettings {
  const holder = globalThis as Holder;
  holder[key] ??= readLine(environment);
  return holder[key];
}

/**
 * The 32 bytes that seal private keys: from the descriptor that CHANCERY_KEK_FD names, or in base64
 * from the credential CHANCERY_KEK of systemd. Errors: `signer.kek-wrong`.
 */
export function receiveKek(environment: NodeJS.ProcessEnv = process.env): Buffer {
  const fd = descriptorOf(environment, "CHANCERY_KEK_FD");
  if (fd === null) return kekOfCredential(environment);
  const kek = Buffer.alloc(kekBytes);
  let length = 0;
  for (let got = -1; length < kekBytes && got !== 0; length += got)
    got = readSync(fd, kek, length, kekBytes - length, null);
  closeSync(fd);
  if (length < kekBytes)
    throw new AppError(
      "signer.kek-wrong",
      `The KEK must have ${kekBytes} bytes, and only ${length} arrived. Check CHANCERY_KEK or the file that CHANCERY_KEK_FILE names.`,
    );
  return kek;
}

function kekOfCredential(environment: NodeJS.ProcessEnv): Buffer {
  const text = readCredential("CHANCERY_KEK", environment);
  if (text === null)
    throw new Error(
      "The signer got no KEK (CHANCERY_KEK_FD). It is started by the supervisor (npm start), or as a service with the credential CHANCERY_KEK.",
    );
  const kek = Buffer.from(text.trim(), "base64");
  if (kek.length === kekBytes && /^[A-Za-z0-9+/]+=*$/.test(text.trim())) return kek;
  throw new AppError(
    "signer.kek-wrong",
    `The credential CHANCERY_KEK must contain ${kekBytes} bytes in base64, for example from "openssl rand -base64 32".`,
  );
}

function secretsOfCredentials(environment: NodeJS.ProcessEnv): SecretSettings {
  const found = secretNames.map((name) => [name, readCredential(name, environment)] as const);
  return Object.fromEntries(found.filter(([, text]) => text !== null)) as SecretSettings;
}

function readLine(environment: NodeJS.ProcessEnv): SecretSettings {
  const fd = descriptorOf(environment, "CHANCERY_SECRETS_FD");
  if (fd === null) return secretsOfCredentials(environment);
  const buffer = Buffer.alloc(maxLineBytes);
  let length = 0;
  for (let got = -1; got !== 0 && !buffer.subarray(0, length).includes(10); length += got)
    got = readSync(fd, buffer, length, maxLineBytes - length, null);
  closeSync(fd);
  const line = buffer.subarray(0, length).toString("utf8");
  buffer.fill(0);
  return parseSecrets(line);
}

function parseSecrets(line: string): SecretSettings {
  const damaged = new Error("The secrets of this process did not arrive whole. Start it again.");
  if (!line.endsWith("\n")) throw damaged;
  const known = new Set<string>(secretNames);
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw damaged; // the parser's message would quote what it read
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw damaged;
  for (const [name, text] of Object.entries(value))
    if (!known.has(name) || typeof text !== "string") throw damaged;
  return value as SecretSettings;
}

/** Removes the variable too: the descriptor is closed after its one use. */
function descriptorOf(environment: NodeJS.ProcessEnv, name: string): number | null {
  const text = environment[name];
  if (text === undefined || text === "") return null;
  const fd = Number(text);
  if (!Number.isInteger(fd) || fd < 3) throw new Error(`${name} must name a descriptor.`);
  delete environment[name];
  return fd;
}
