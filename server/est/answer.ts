import type { ServerResponse } from "node:http";
import { type AppError, isAppError } from "@/lib/errors/app-error";
import { httpStatusOf } from "@/lib/errors/http-status";
import { refusalLines } from "@/server/http/refusal-text";
import { certsOnly } from "@/server/status/certs-only";

/** An answer of the EST server: base64 of DER, or text for the people behind a client. */
export type EstAnswer = Readonly<{
  status: number;
  body: string;
  headers: Readonly<Record<string, string>>;
}>;

const unavailableSeconds = 5;
const columns = /(.{64})(?=.)/g;

/**
 * DER in base64 with line breaks, which every decoder reads (RFC 8951 section 3). The header is what
 * clients of RFC 7030 look for; RFC 8951 lets clients ignore it.
 */
const base64Answer = (type: string, der: Uint8Array): EstAnswer => ({
  status: 200,
  body: `${Buffer.from(der).toString("base64").replaceAll(columns, "$1\n")}\n`,
  headers: { "content-type": type, "content-transfer-encoding": "base64" },
});

/** CA certificates (RFC 7030 section 4.1.3). */
export const caCertificates = (certificates: readonly Uint8Array[]): EstAnswer =>
  base64Answer("application/pkcs7-mime", certsOnly(certificates));

/** The certificate that was issued, alone (section 4.2.3). */
export const issuedCertificate = (der: Uint8Array): EstAnswer =>
  base64Answer("application/pkcs7-mime; smime-type=certs-only", certsOnly([der]));

export const attributes = (der: Uint8Array): EstAnswer => base64Answer("application/csrattrs", der);

/** No attributes are asked for (section 4.5.2). */
export const noAttributes: EstAnswer = { status: 204, body: "", headers: {} };

/** A refusal in plain text, which every client shows (section 4.2.3). */
export function refusalAnswer(error: unknown, requestId: string): EstAnswer {
  if (!isAppError(error))
    return textAnswer(
      500,
      `Something went wrong on our side. It is logged under request ${requestId}.`,
      { "retry-after": String(unavailableSeconds) },
    );
  const status = httpStatusOf(error.code);
  const text = refusalLines(error, requestId).join("\n");
  return textAnswer(status, text, {
    ...(status === 401
      ? { "www-authenticate": 'Basic realm="Chancery enrollment", charset="UTF-8"' }
      : {}),
    ...retryAfter(error, status),
  });
}

const textAnswer = (
  status: number,
  text: string,
  headers: EstAnswer["headers"] = {},
): EstAnswer => ({
  status,
  body: `${text}\n`,
  headers: { "content-type": "text/plain; charset=utf-8", ...headers },
});

function retryAfter(error: AppError, status: number): EstAnswer["headers"] {
  const seconds =
    error.retryAfterSeconds ?? (status === 429 || status >= 500 ? unavailableSeconds : undefined);
  return seconds === undefined ? {} : { "retry-after": String(seconds) };
}

/** `allow`: the methods of the address, for an answer with 405. */
export function sendAnswer(
  response: ServerResponse,
  { status, body, headers }: EstAnswer,
  { isHead, allow }: Readonly<{ isHead: boolean; allow: string }>,
): void {
  response.writeHead(status, {
    ...headers,
    ...(status === 405 ? { allow } : {}),
    ...(status === 204 ? {} : { "content-length": Buffer.byteLength(body) }),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  response.end(isHead ? undefined : body);
}
