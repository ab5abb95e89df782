import { request as overHttp, type IncomingMessage } from "node:http";
import { request as overHttps } from "node:https";
import { setTimeout as wait } from "node:timers/promises";
import { text } from "node:stream/consumers";
import { AppError } from "@/lib/errors/app-error";
import { errorMessage } from "@/lib/errors/error-message";
import { UsageError } from "@/cli/command";

export type Issued = Readonly<{
  serial: string;
  notAfter: string;
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
const pauseMs = 2000;
const timeoutMs = 60_000;

/**
 * Requests a certificate over the API. What may have had an effect is repeated with the same key:
 * no answer, and 503. Throws AppError `certificate.refused` with every reason, or `outcome.unknown`.
 */
export async function askForCertificate(asked: Asked): Promise<Issued> {
  let last = "";
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    if (attempt > 1) await wait(pauseMs);
    try {
      const answer = await post(asked);
      if (answer.status === 200 || answer.status === 201) return JSON.parse(answer.body) as Issued;
      if (answer.status !== 503) throw refusal(answer);
      last = refusal(answer).message;
    } catch (error) {
      if (error instanceof AppError || isNeverSent(error)) throw error;
      last = errorMessage(error);
    }
  }
  throw new AppError(
    "outcome.unknown",
    `No certificate arrived after ${attempts} attempts: ${last} It may have been issued: look at the list of certificates.`,
  );
}

/** Nothing answered on the address, or HTTPS was not trusted: nothing was requested. */
function isNeverSent(error: unknown): boolean {
  const { code = "" } = error as Readonly<{ code?: string }>;
  return error instanceof UsageError || /^(ENOTFOUND|ECONNREFUSED|ERR_TLS.*|.*CERT.*)$/.test(code);
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
  detail?: string;
  title?: string;
  errors?: readonly Readonly<{ message: string; severity?: string }>[];
}>;

/** Why nothing was issued, with every finding that prevents it. */
function refusal({ status, body }: Answer): AppError {
  const problem = parse(body);
  const findings = (problem.errors ?? []).filter(({ severity = "error" }) => severity === "error");
  const lines = [
    problem.detail ?? problem.title ?? `The answer was ${status}.`,
    ...findings.map(({ message }) => `- ${message}`),
  ];
  return new AppError("certificate.refused", lines.join("\n"));
}

function parse(body: string): Problem {
  try {
    return JSON.parse(body) as Problem;
  } catch {
    return {};
  }
}
