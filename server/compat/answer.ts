import type { ServerResponse } from "node:http";
import { isAppError } from "@/lib/errors/app-error";
import { httpStatusOf } from "@/lib/errors/http-status";
import { refusalLines } from "@/server/http/refusal-text";
import type { CompatCall } from "./find-call";

/** An answer of a compatible API. */
export type CompatAnswer = Readonly<{
  status: number;
  body: string | Uint8Array;
  type: string;
  headers?: Readonly<Record<string, string>>;
}>;
type Api = CompatCall["api"];

const unavailableSeconds = 5;

export const jsonAnswer = (status: number, value: unknown): CompatAnswer => ({
  status,
  body: `${JSON.stringify(value)}\n`,
  type: "application/json",
});

export const fileAnswer = (type: string, body: string | Uint8Array): CompatAnswer => ({
  status: 200,
  body,
  type,
});

/**
 * The status that a client of the API expects for a refusal. Vault's know neither 401, which is 403
 * there, nor 422; and what may succeed in a moment is retried with 429, not with 409.
 */
export function statusOf(api: Api, error: unknown): number {
  if (!isAppError(error)) return 500;
  const status = httpStatusOf(error.code);
  if (status === 409 && error.retryAfterSeconds !== undefined) return 429;
  if (status === 422) return 400;
  return api === "vault" && status === 401 ? 403 : status;
}

/** A refusal in the shape of the API, with every reason, the code and the ID of the request. */
export function refusalAnswer(api: Api, error: unknown, requestId: string): CompatAnswer {
  const status = statusOf(api, error);
  return {
    ...jsonAnswer(status, refusalBody(api, status, textOf(error, requestId))),
    ...retry(error, status),
  };
}

/**
 * The body of a refusal. Vault's clients glue several texts together, so there is one; they look for
 * "permission denied" to give a token up.
 */
export const refusalBody = (api: Api, status: number, text: string): object =>
  api === "ejbca"
    ? { error_code: status, error_message: text }
    : { errors: [status === 403 ? `permission denied: ${text}` : text] };

function textOf(error: unknown, requestId: string): string {
  if (!isAppError(error))
    return `Something went wrong on our side. It is logged under request ${requestId}.`;
  return refusalLines(error, requestId).join(" ");
}

function retry(error: unknown, status: number): Pick<CompatAnswer, "headers"> {
  const seconds =
    (isAppError(error) ? error.retryAfterSeconds : undefined) ??
    (status === 429 || status >= 500 ? unavailableSeconds : undefined);
  return seconds === undefined ? {} : { headers: { "retry-after": String(seconds) } };
}

/** `allow`: the methods of the address, for an answer with 405. */
export function sendAnswer(
  response: ServerResponse,
  { status, body, type, headers }: CompatAnswer,
  { isHead, allow }: Readonly<{ isHead: boolean; allow: string }>,
): void {
  response.writeHead(status, {
    ...headers,
    ...(status === 405 ? { allow } : {}),
    "content-type": type,
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  response.end(isHead ? undefined : body);
}
