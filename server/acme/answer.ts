import type { ServerResponse } from "node:http";
import { isAppError, type AppError } from "@/lib/errors/app-error";
import { problemStatus, problemType } from "@/lib/acme/stored-problem";

/** An answer of the ACME server, before it gets its nonce and its link to the directory. */
export type AcmeAnswer = Readonly<{
  status: number;
  /** An object is sent as JSON; text as it is. */
  body?: object | string | null;
  headers?: Readonly<Record<string, string>>;
  /** Further links (RFC 8288) besides that to the directory. */
  links?: readonly string[];
}>;

const unavailableSeconds = 5;

/** The problem document of an error (RFC 8555 section 6.7). Never `subproblems: null`. */
export function problemAnswer(error: unknown, requestId: string): AcmeAnswer {
  if (!isAppError(error))
    return {
      status: 500,
      headers: {
        "content-type": "application/problem+json",
        "retry-after": String(unavailableSeconds),
      },
      body: {
        type: "urn:ietf:params:acme:error:serverInternal",
        detail: `Something went wrong on our side. It is logged under request ${requestId}.`,
        status: 500,
      },
    };
  const status = problemStatus(error);
  const { details } = error;
  return {
    status,
    headers: {
      "content-type": "application/problem+json",
      ...retryAfter(error, status),
    },
    body: {
      type: problemType(error),
      detail: detailOf(error),
      status,
      code: error.code,
      requestId,
      ...(Array.isArray(details["algorithms"]) ? { algorithms: details["algorithms"] } : {}),
      ...(Array.isArray(details["subproblems"])
        ? {
            subproblems: (details["subproblems"] as object[]).map((one) => ({
              type: problemType(error),
              ...one,
            })),
          }
        : {}),
    },
  };
}

function detailOf({ message, findings }: AppError): string {
  const others = findings.map((finding) => finding.message).filter((text) => text !== message);
  return [message, ...others].join(" ").slice(0, 4000);
}

function retryAfter(error: AppError, status: number): Readonly<Record<string, string>> {
  const seconds =
    error.retryAfterSeconds ?? (status === 429 || status >= 500 ? unavailableSeconds : undefined);
  return seconds === undefined ? {} : { "retry-after": String(seconds) };
}

/** Sends an answer with a nonce (RFC 8555 section 6.5) and the link to the directory. */
export function sendAnswer(
  response: ServerResponse,
  { status, body = null, headers = {}, links = [] }: AcmeAnswer,
  {
    nonce,
    directory,
    isHead,
  }: Readonly<{ nonce: string | null; directory: string; isHead: boolean }>,
): void {
  const text = body === null ? "" : typeof body === "string" ? body : JSON.stringify(body);
  const type =
    typeof body === "object" && body !== null ? { "content-type": "application/json" } : {};
  response.writeHead(status, {
    ...type,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...(nonce === null ? {} : { "replay-nonce": nonce }),
    link: [`<${directory}>;rel="index"`, ...links],
    ...(status === 204 ? {} : { "content-length": Buffer.byteLength(text) }),
    ...headers,
  });
  response.end(isHead ? undefined : text);
}
