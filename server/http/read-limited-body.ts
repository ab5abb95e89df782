import type { IncomingMessage } from "node:http";
import { AppError, isAppError } from "@/lib/errors/app-error";

/** The whole body of a request. Errors: `request.too-large`, `request.incomplete`. */
export async function readLimitedBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > maxBytes)
        throw new AppError("request.too-large", `The body has more than ${maxBytes} bytes.`);
      chunks.push(chunk);
    }
  } catch (cause) {
    if (isAppError(cause)) throw cause;
    throw new AppError("request.incomplete", "The body ended early. Send the request again.", {
      cause,
    });
  }
  return Buffer.concat(chunks);
}

/** Errors: `request.content-type` if the body is not said to be of this type. */
export function assertContentType(request: IncomingMessage, wanted: string): void {
  const type = (request.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase();
  if (type !== wanted) throw new AppError("request.content-type", `Send Content-Type: ${wanted}.`);
}
