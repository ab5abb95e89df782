import { streamBytes } from "./stream-bytes";

/**
 * An answer that goes on (HTML, server-sent events): nothing on the way may keep, compress or
 * gather it.
 */
export function eventResponse(events: AsyncIterable<string>, stop: () => void): Response {
  return streamBytes(
    encode(events),
    {
      "Content-Type": "text/event-stream; charset=utf-8",
      "Cache-Control": "no-store, no-transform",
      "X-Accel-Buffering": "no",
    },
    stop,
  );
}

async function* encode(events: AsyncIterable<string>): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const event of events) yield Buffer.from(event);
}
