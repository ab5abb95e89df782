import type { IncomingMessage } from "node:http";
import { assertContentType, readLimitedBody } from "@/server/http/read-limited-body";

const maxBytes = 256 * 1024;

/**
 * The body of an ACME request, as text. Errors: `acme.malformed`, `request.too-large`,
 * `request.content-type`.
 */
export async function readBody(request: IncomingMessage): Promise<string> {
  assertContentType(request, "application/jose+json");
  return (await readLimitedBody(request, maxBytes)).toString("utf8");
}
