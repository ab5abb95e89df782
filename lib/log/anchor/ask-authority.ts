import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Random } from "@/lib/deps";
import { AppError, isAppError } from "@/lib/errors/app-error";
import { fromPem } from "@/lib/pki/pem";
import { encodeTimestampRequest, verifyTimestamp, type Timestamp } from "@/lib/pki/timestamp";
import { readTimestampReply } from "@/lib/pki/timestamp-info";

/** A time-stamping authority (RFC 3161) and the certificates, DER, that it is trusted by. */
export type TimestampAuthority = Readonly<{
  url: string;
  roots: readonly Uint8Array[];
  timeoutMs?: number;
}>;
export type Stamped = Readonly<{ token: Uint8Array; stamp: Timestamp }>;

const NONCE_BYTES = 16,
  MOST_BYTES = 262_144,
  LONGEST_MS = 15_000;

/** Reads the trusted certificates of a time-stamping authority. Throws AppError `timestamp.roots`, which says how to mend it. */
export function readRoots(file: string): Uint8Array[] {
  if (file === "")
    throw new AppError(
      "timestamp.roots",
      "CHANCERY_TSA_CA is not set: name the file (PEM) of the certificates that the time-stamping authority is trusted by.",
    );
  try {
    const roots = fromPem(readFileSync(file, "utf8"), "CERTIFICATE");
    if (roots.length > 0) return roots;
  } catch (error) {
    throw new AppError(
      "timestamp.roots",
      `CHANCERY_TSA_CA: ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
  throw new AppError("timestamp.roots", `CHANCERY_TSA_CA: ${file} holds no certificate in PEM.`);
}

/** Has these bytes stamped and verifies the token before it is returned. Throws AppError `timestamp.unreachable`, or what verifyTimestamp throws. */
export async function askAuthority(
  { url, roots, timeoutMs = LONGEST_MS }: TimestampAuthority,
  data: Uint8Array,
  random: Random,
): Promise<Stamped> {
  const digest = new Uint8Array(createHash("sha256").update(data).digest()),
    nonce = random.bytes(NONCE_BYTES);
  const token = readTimestampReply(
    await post(url, encodeTimestampRequest(digest, nonce), AbortSignal.timeout(timeoutMs)),
  );
  return { token, stamp: await verifyTimestamp(token, { digest, nonce, roots }) };
}

/** What an authority is called on the record: its address without what may be a secret. */
export function nameOfAuthority(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname.replace(/\/+$/, "")}`;
}

async function post(url: string, body: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
  const name = nameOfAuthority(url);
  try {
    const { credentials, address } = splitCredentials(url);
    const response = await fetch(address, {
      method: "POST",
      body: Uint8Array.from(body),
      signal,
      redirect: "error",
      headers: {
        "content-type": "application/timestamp-query",
        accept: "application/timestamp-reply",
        ...credentials,
      },
    });
    const type = response.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
    if (response.status !== 200) throw unreachable(`${name} answered ${response.status}`);
    if (type !== "application/timestamp-reply")
      throw unreachable(`${name} answered with ${type ?? "no type"}, not with a time stamp`);
    return await readAll(response, name);
  } catch (error) {
    if (isAppError(error)) throw error;
    const cause =
      error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
    throw unreachable(
      signal.aborted
        ? `${name} did not answer in time`
        : `${name} cannot be reached (${cause?.code ?? (error instanceof Error ? error.message : String(error))})`,
      error,
    );
  }
}

/** fetch takes no name and password in an address. */
function splitCredentials(url: string): { address: string; credentials: Record<string, string> } {
  const parsed = new URL(url),
    { username, password } = parsed;
  if (username === "" && password === "") return { address: url, credentials: {} };
  [parsed.username, parsed.password] = ["", ""];
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return {
    address: parsed.href,
    credentials: { authorization: `Basic ${Buffer.from(pair).toString("base64")}` },
  };
}

async function readAll(response: Response, name: string): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += piece.length;
    if (length > MOST_BYTES) throw unreachable(`the answer of ${name} is too long`);
    pieces.push(piece);
  }
  return new Uint8Array(Buffer.concat(pieces));
}

const unreachable = (what: string, cause?: unknown): AppError =>
  new AppError("timestamp.unreachable", `No time stamp: ${what}.`, { kind: "unavailable", cause });
