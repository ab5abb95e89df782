import type { Context } from "hono";
import { AppError, isAppError } from "@/lib/errors/app-error";
import { parseJson } from "@/lib/http/json";
import type { ApiEnv } from "./context";

const bodyBytesMax = 1_048_576;

/**
 * Reads a JSON body of at most 1 MiB. A longer one is rejected by its Content-Length before it is
 * read, or as soon as it exceeds the limit. Undefined if there is no body and none is required.
 */
export async function readBody(c: Context<ApiEnv>, required: boolean): Promise<unknown> {
  const contentLength = c.req.header("content-length");
  if (contentLength !== undefined && Number(contentLength) > bodyBytesMax) throw tooLarge();
  // The stream is created only if there is no Content-Length: it costs a tenth of a whole request.
  const stream = contentLength === undefined ? c.req.raw.body : undefined;
  if (contentLength === "0" || stream === null) {
    if (required)
      throw new AppError("request.no-body", "The request has no body. Send a JSON object.");
    return undefined;
  }
  assertJson(c);
  const bytes = await readBytes(c, stream);
  return bytes.length === 0 && !required ? undefined : parseJson(bytes);
}

async function readBytes(
  c: Context<ApiEnv>,
  stream: ReadableStream<Uint8Array> | undefined,
): Promise<Uint8Array> {
  try {
    return stream === undefined
      ? new Uint8Array(await c.req.arrayBuffer())
      : await readBounded(stream);
  } catch (cause) {
    if (isAppError(cause)) throw cause;
    throw new AppError("request.incomplete", "The body ended early. Send the request again.", {
      cause,
    });
  }
}

function assertJson(c: Context<ApiEnv>): void {
  const type = (c.req.header("content-type") ?? "").split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json") {
    throw new AppError(
      "request.content-type",
      `The body must be JSON. Send Content-Type: application/json${type ? `, not ${type.slice(0, 100)}` : ""}.`,
    );
  }
  if ((c.req.header("content-encoding") ?? "identity") !== "identity") {
    throw new AppError("request.content-encoding", "Send the body without Content-Encoding.");
  }
}

async function readBounded(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(chunks);
    length += value.length;
    if (length > bodyBytesMax) {
      await reader.cancel();
      throw tooLarge();
    }
    chunks.push(value);
  }
}

function tooLarge(): AppError {
  return new AppError(
    "request.too-large",
    "The body is larger than 1 MiB. A CSR has a few kilobytes: check what you are sending.",
  );
}
