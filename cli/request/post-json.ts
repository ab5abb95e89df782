import { readFileSync } from "node:fs";
import { request as overHttp, type IncomingMessage } from "node:http";
import { request as overHttps } from "node:https";
import { text } from "node:stream/consumers";
import { errorMessage } from "@/lib/errors/error-message";
import { CommandError, UsageError } from "@/cli/command";

const timeoutMs = 60_000;

export type Target = Readonly<{
  url: string;
  /** Roots in PEM that HTTPS is checked with; those of Node.js if absent. */
  ca: string | undefined;
  token: string;
}>;
export type Answer = Readonly<{ status: number; body: string }>;

/** Posts JSON to the API once, with a token. */
export async function postJson(
  { url, ca, token }: Target,
  path: string,
  value: object,
  idempotencyKey: string,
): Promise<Answer> {
  const address = new URL(path, url);
  const send = address.protocol === "https:" ? overHttps : overHttp;
  const body = JSON.stringify(value);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = send(
      address,
      {
        method: "POST",
        timeout: timeoutMs,
        ...(ca === undefined ? {} : { ca }),
        headers: {
          authorization: `Bearer ${token}`,
          "content-type": "application/json",
          "content-length": Buffer.byteLength(body),
          "idempotency-key": idempotencyKey,
        },
      },
      resolve,
    );
    sent.on("timeout", () => {
      sent.destroy(new Error(`No answer within ${timeoutMs / 1000} seconds.`));
    });
    sent.on("error", reject).end(body);
  });
  return { status: response.statusCode ?? 0, body: await text(response) };
}

/** Nothing answered on the address, or HTTPS was not trusted: nothing was requested. */
export function isNeverSent(error: unknown): boolean {
  const { code = "" } = error as Readonly<{ code?: string }>;
  return error instanceof UsageError || /^(ENOTFOUND|ECONNREFUSED|ERR_TLS.*|.*CERT.*)$/.test(code);
}

/** What the user of a command can do about it. */
export function notSent(url: string, error: unknown): UsageError | CommandError {
  if (error instanceof UsageError) return error;
  const { code = "" } = error as Readonly<{ code?: string }>;
  return new CommandError(
    /^(?:ENOTFOUND|ECONNREFUSED)$/.test(code)
      ? `Nothing answers at ${url} (${code}). Check --url.`
      : `HTTPS at ${url} isn't trusted: ${errorMessage(error)}. Pass the root certificate with --ca; npx chancery root prints it.`,
  );
}

type Problem = Readonly<{
  code?: string;
  detail?: string;
  title?: string;
  errors?: readonly Readonly<{ message: string; severity?: string }>[];
}>;

export function parseProblem(body: string): Problem {
  try {
    return JSON.parse(body) as Problem;
  } catch {
    return {};
  }
}

/** What is wrong by a problem document, with every finding that is an error on its own line. */
export function problemText({ status, body }: Answer): string {
  const problem = parseProblem(body);
  const findings = (problem.errors ?? []).filter(({ severity = "error" }) => severity === "error");
  const what = problem.detail ?? problem.title ?? `The answer was ${status}.`;
  const others = findings.filter(({ message }) => message !== what);
  const lines = [what, ...others.map(({ message }) => `- ${message}`)];
  if (status === 401) lines.push("The token is that of CHANCERY_TOKEN or --token-file.");
  return lines.join("\n");
}

export const noToken = "There is no API token: set CHANCERY_TOKEN, or pass --token-file.";

/** The API token of CHANCERY_TOKEN or of a file; null if there is none. */
export function readToken(
  file: string | undefined,
  { CHANCERY_TOKEN: fromEnvironment }: Readonly<Record<string, string | undefined>>,
): string | null {
  const token = (file === undefined ? fromEnvironment : readFileSync(file, "utf8"))?.trim();
  return token === undefined || token === "" ? null : token;
}
