/**
 * An answer whose text is made while it is sent, in constant memory. The first piece is waited for, so that a refusal or a record that cannot
 * be written is still an ordinary error; what fails later breaks the connection off, which no client takes for the end.
 */
export async function streamText(pieces: AsyncIterable<string>, headers: Readonly<Record<string, string>>): Promise<Response> {
  const iterator = pieces[Symbol.asyncIterator](), encoder = new TextEncoder();
  let next = await iterator.next();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (next.done === true) return controller.close();
      controller.enqueue(encoder.encode(next.value));
      next = await iterator.next();
    },
    async cancel() {
      await iterator.return?.();
    },
  }, { highWaterMark: 1 });
  return new Response(body, { headers });
}
