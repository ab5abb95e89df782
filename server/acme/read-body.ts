import type { IncomingMessage } from "node:http";
import { AppError } from "@/lib/errors/app-error";

const maxBytes = 256 * 1024;

/**
 * The body of an ACME request, as text. Errors: `acme.malformed`, `request.too-large`,
 * `request.content-type`.
 */
export async function readBody(request: IncomingMessage): Promise<string> {
  const type = (request.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase();
  if (type !== "application/jose+json")
    throw new AppError("request.content-type", "Send Content-Type: application/jose+json.");
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes)
      throw new AppError("request.too-large", `The body has more than ${maxBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
