import type { IncomingMessage } from "node:http";
import { AppError } from "@/lib/errors/app-error";
import { assertContentType, readLimitedBody } from "@/server/http/read-limited-body";

/** In base64, a CSR of 64 KiB with its line breaks. */
const maxBytes = 96 * 1024;

/**
 * The CSR of an enrollment, in base64 without white space: PKCS#10 in DER, as base64 with or without
 * line breaks (RFC 8951 section 3). PEM is none. Errors: `request.content-type`,
 * `request.too-large`, `est.bad-request`.
 */
export async function readCsr(request: IncomingMessage): Promise<string> {
  assertContentType(request, "application/pkcs10");
  const body = (await readLimitedBody(request, maxBytes)).toString("latin1");
  if (body.includes("-----BEGIN"))
    throw badRequest(
      "It is PEM. Send what is between its first and last line alone, or create it with openssl req -outform DER | openssl base64.",
    );
  const base64 = body.replaceAll(/[ \t\r\n]/g, "");
  if (base64 === "") throw badRequest("It is empty.");
  if (base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64))
    throw badRequest("It isn't base64. Encode the DER with openssl base64.");
  return base64;
}

const badRequest = (why: string): AppError =>
  new AppError(
    "est.bad-request",
    `The body must be a CSR (PKCS#10) in DER, as base64 without PEM lines. ${why}`,
  );
