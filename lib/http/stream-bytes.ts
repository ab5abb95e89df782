/**
 * An answer that is made while it is sent, a piece only when the last one is taken, so it needs no
 * more memory for a slow client. `stop` is called when the client goes away. What fails on the way
 * breaks the connection off, which no client takes for the end.
 */
export function streamBytes(
  pieces: AsyncIterable<Uint8Array>,
  headers: Readonly<Record<string, string>>,
  stop: () => void,
): Response {
  const iterator = pieces[Symbol.asyncIterator]();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        // An empty piece would be taken for none, and nothing would ask again.
        for (;;) {
          const next = await iterator.next();
          if (next.done === true) return controller.close();
          if (next.value.length > 0) return controller.enqueue(next.value);
        }
      },
      cancel() {
        stop();
        // It may wait for something that `stop` has just ended; its result is no longer needed.
        void Promise.resolve(iterator.return?.()).catch(() => {});
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, { headers });
}
