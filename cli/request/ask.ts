import { request as overHttp, type IncomingMessage } from "node:http";
import { request as overHttps } from "node:https";
import { setTimeout as wait } from "node:timers/promises";
import { text } from "node:stream/consumers";
import { AppError } from "@/lib/errors/app-error";
import { errorMessage } from "@/lib/errors/error-message";
import { CommandError, UsageError } from "@/cli/command";

export type Issued = Readonly<{
  serial: string;
  notAfter: string;
  /** Names that the identity didn't hold before. */
  namesAdded?: readonly Readonly<{ type: string; value: string }>[];
  pem: string;
  chainPem: string;
}>;

export type Asked = Readonly<{
  url: string;
  /** Roots in PEM that HTTPS is checked with; those of Node.js if absent. */
  ca: string | undefined;
  token: string;
  profile: string;
  identity: string;
  csr: string;
  validitySeconds: number | undefined;
  /** The same for each attempt: repeated, the request leads to the same certificate. */
  idempotencyKey: string;
}>;

type Answer = Readonly<{ status: number; body: string }>;

const attempts = 4;
const timeoutMs = 60_000;

/**
 * Requests a certificate over the API. What may have had an effect is repeated with the same key: no
 * answer, 5xx, and 409 while an earlier attempt is being processed. Throws AppError
 * `certificate.refused` with every reason if nothing was issued for sure, else `outcome.unknown`.
 */
export async function askForCertificate(asked: Asked, pauseMs = 2000): Promise<Issued> {
  let last = "";
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    if (attempt > 1) await wait(pauseMs);
    const answer = await post(asked).catch((error: unknown) => {
      if (attempt === 1 && isNeverSent(error)) throw notSent(asked.url, error);
      last = errorMessage(error);
      return null;
    });
    if (answer === null) continue;
    if (answer.status === 200 || answer.status === 201) return JSON.parse(answer.body) as Issued;
    const refused = refusal(answer);
    if (isFinal(answer, attempt)) throw refused;
    last = refused.message;
  }
  throw new AppError(
    "outcome.unknown",
    `No certificate arrived after ${attempts} attempts: ${last} It may have been issued: look at the list of certificates.`,
  );
}

/**
 * Whether a refusal says that nothing was issued. After an attempt without an answer only the
 * request's own answer does, which the server keeps under the key: another one, such as 401, is about
 * the repetition.
 */
function isFinal({ status, body }: Answer, attempt: number): boolean {
  const { code = "" } = parse(body);
  if (status >= 500 || code.startsWith("idempotency.")) return false;
  return attempt === 1 || code === "certificate.refused";
}

/** Nothing answered on the address, or HTTPS was not trusted: nothing was requested. */
function isNeverSent(error: unknown): boolean {
  const { code = "" } = error as Readonly<{ code?: string }>;
  return error instanceof UsageError || /^(ENOTFOUND|ECONNREFUSED|ERR_TLS.*|.*CERT.*)$/.test(code);
}

function notSent(url: string, error: unknown): UsageError | CommandError {
  if (error instanceof UsageError) return error;
  const { code = "" } = error as Readonly<{ code?: string }>;
  return new CommandError(
    /^(?:ENOTFOUND|ECONNREFUSED)$/.test(code)
      ? `Nothing answers at ${url} (${code}). Check --url.`
      : `HTTPS at ${url} isn't trusted: ${errorMessage(error)}. Pass the root certificate with --ca; npx chancery root prints it.`,
  );
}

async function post(asked: Asked): Promise<Answer> {
  const { url, ca, token, profile, identity, csr, validitySeconds } = asked;
  const address = new URL("/api/v1/certificates", url);
  const send = address.protocol === "https:" ? overHttps : overHttp;
  const body = JSON.stringify({ profile, identity, csr, validitySeconds });
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
          "idempotency-key": asked.idempotencyKey,
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

type Problem = Readonly<{
  code?: string;
  detail?: string;
  title?: string;
  errors?: readonly Readonly<{ message: string; severity?: string }>[];
}>;

/** Why nothing was issued, with every finding that prevents it. */
function refusal({ status, body }: Answer): AppError {
  const problem = parse(body);
  const findings = (problem.errors ?? []).filter(({ severity = "error" }) => severity === "error");
  const what = problem.detail ?? problem.title ?? `The answer was ${status}.`;
  const others = findings.filter(({ message }) => message !== what);
  const lines = [what, ...others.map(({ message }) => `- ${message}`)];
  if (status === 401) lines.push("The token is that of CHANCERY_TOKEN or --token-file.");
  return new AppError("certificate.refused", lines.join("\n"));
}

function parse(body: string): Problem {
  try {
    return JSON.parse(body) as Problem;
  } catch {
    return {};
  }
}
