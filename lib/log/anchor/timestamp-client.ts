import { sha256 } from "@/lib/format/hash";
import { readFileSync } from "node:fs";
import type { Random } from "@/lib/runtime/clock";
import { AppError, isAppError } from "@/lib/errors/app-error";
import { fromPem } from "@/lib/pki/pem";
import { encodeTimestampRequest, verifyTimestamp, type Timestamp } from "@/lib/pki/timestamp";
import { readTimestampReply } from "@/lib/pki/timestamp-info";

/** A timestamp authority (RFC 3161) and its trusted root certificates, in DER. */
export type TimestampAuthority = Readonly<{
  url: string;
  roots: readonly Uint8Array[];
  timeoutMs?: number;
}>;
export type TimestampResult = Readonly<{ token: Uint8Array; stamp: Timestamp }>;

const nonceBytes = 16;
const maxReplyBytes = 262_144;
const defaultTimeoutMs = 15_000;

/**
 * Reads the trusted root certificates of the timestamp authority from a file, or from its `text`
 * where another process has read it. Throws AppError `timestamp.roots`,
 * which says how to fix it.
 */
export function readTimestampRoots(file: string, text?: string): Uint8Array[] {
  if (file === "")
    throw new AppError(
      "timestamp.roots",
      "CHANCERY_TSA_CA is not set. Set it to a PEM file with the root certificates of the timestamp authority.",
    );
  try {
    const roots = fromPem(text ?? readFileSync(file, "utf8"), "CERTIFICATE");
    if (roots.length > 0) return roots;
  } catch (error) {
    throw new AppError(
      "timestamp.roots",
      `CHANCERY_TSA_CA: ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
  throw new AppError("timestamp.roots", `CHANCERY_TSA_CA: ${file} contains no PEM certificate.`);
}

/**
 * The authority and its roots, as they are configured, to verify stored timestamps with; undefined
 * where none is configured, or where the roots can't be read: getting new timestamps reports that.
 */
export function readTimestampTrust(
  settings: Readonly<{
    CHANCERY_TSA_URL: string;
    CHANCERY_TSA_CA: string;
    CHANCERY_TSA_CA_TEXT?: string | undefined;
  }>,
): Readonly<{ authority: string; roots: readonly Uint8Array[] }> | undefined {
  const { CHANCERY_TSA_URL: url, CHANCERY_TSA_CA: file, CHANCERY_TSA_CA_TEXT: text } = settings;
  if (url === "" || file === "") return undefined;
  try {
    return { authority: authorityName(url), roots: readTimestampRoots(file, text) };
  } catch (error) {
    if (isAppError(error)) return undefined;
    throw error;
  }
}

/**
 * Requests a timestamp of these bytes and verifies the token. Throws AppError
 * `timestamp.unreachable`, and what verifyTimestamp throws.
 */
export async function requestTimestamp(
  { url, roots, timeoutMs = defaultTimeoutMs }: TimestampAuthority,
  data: Uint8Array,
  random: Random,
): Promise<TimestampResult> {
  const digest = new Uint8Array(sha256(data));
  const nonce = random.bytes(nonceBytes);
  const token = readTimestampReply(
    await post(url, encodeTimestampRequest(digest, nonce), AbortSignal.timeout(timeoutMs)),
  );
  return { token, stamp: await verifyTimestamp(token, { digest, nonce, roots }) };
}

/** The authority's name in entries: its URL without credentials and query. */
export function authorityName(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname.replace(/\/+$/, "")}`;
}

async function post(url: string, body: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
  const name = authorityName(url);
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
      throw unreachable(
        `${name} answered with ${type ?? "no content type"} instead of a timestamp`,
      );
    return await readAll(response, name);
  } catch (error) {
    if (isAppError(error)) throw error;
    const cause =
      error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
    throw unreachable(
      signal.aborted
        ? `${name} timed out`
        : `${name} cannot be reached (${cause?.code ?? (error instanceof Error ? error.message : String(error))})`,
      error,
    );
  }
}

/** Moves credentials from the URL to a header, because fetch rejects them in URLs. */
function splitCredentials(url: string): { address: string; credentials: Record<string, string> } {
  const parsed = new URL(url);
  const { username, password } = parsed;
  if (username === "" && password === "") return { address: url, credentials: {} };
  [parsed.username, parsed.password] = ["", ""];
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return {
    address: parsed.href,
    credentials: { authorization: `Basic ${Buffer.from(pair).toString("base64")}` },
  };
}

async function readAll(response: Response, name: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > maxReplyBytes) throw unreachable(`the response of ${name} is too long`);
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

const unreachable = (reason: string, cause?: unknown): AppError =>
  new AppError("timestamp.unreachable", `No timestamp: ${reason}.`, { cause });
