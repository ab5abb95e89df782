import type { Context } from "hono";
import { AppError, isAppError } from "@/lib/errors/app-error";
import { parseJson } from "@/lib/http/json";
import type { ApiEnv } from "@/server/api/context";

export const bodyBytesMax = 1_048_576;

/**
 * Reads a JSON body of at most 1 MiB. A longer one is refused by its announced length before a byte is read, or as soon as it has grown too
 * long. Undefined if there is none and none is needed.
 */
export async function readBody(c: Context<ApiEnv>, needed: boolean): Promise<unknown> {
  const announced = c.req.header("content-length");
  if (announced !== undefined && Number(announced) > bodyBytesMax) throw tooLarge();
  // The stream is asked for only where the length was not said: making it costs a tenth of a whole request.
  const stream = announced === undefined ? c.req.raw.body : undefined;
  if (announced === "0" || stream === null) {
    if (needed)
      throw new AppError("request.no-body", "The request has no body. Send a JSON object.");
    return undefined;
  }
  assertJson(c);
  const bytes = await readBytes(c, stream);
  return bytes.length === 0 && !needed ? undefined : parseJson(bytes);
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
    throw new AppError(
      "request.incomplete",
      "The body broke off before its end. Send the request again.",
      { cause },
    );
  }
}

function assertJson(c: Context<ApiEnv>): void {
  const type = (c.req.header("content-type") ?? "").split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json") {
    throw new AppError(
      "request.content-type",
      `The body has to be JSON: send Content-Type: application/json${type ? `, not ${type.slice(0, 100)}` : ""}.`,
      { kind: "unsupported" },
    );
  }
  if ((c.req.header("content-encoding") ?? "identity") !== "identity") {
    throw new AppError(
      "request.content-encoding",
      "Send the body as it is, without Content-Encoding.",
      { kind: "unsupported" },
    );
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
    "The body is longer than 1 MiB. A signing request is a few kilobytes: check what is being sent.",
    { kind: "too-large" },
  );
}
