import type pg from "pg";

/** The part of pg's connection that speaks the COPY protocol; its types leave it out. */
type Wire = Readonly<{
  query: (text: string) => void;
  sendCopyFromChunk: (chunk: Uint8Array) => void;
  endCopyFrom: () => void;
  sendCopyFail: (message: string) => void;
  stream: NodeJS.ReadWriteStream & Readonly<{ writableNeedDrain: boolean }>;
}>;

/**
 * Runs `copy … to stdout` and hands on each row. While the promise that `take` returns is pending,
 * the server waits. The bytes of a row are overwritten after the call. Returns the number of rows.
 */
export function copyOut(
  client: pg.ClientBase,
  text: string,
  take: (row: Buffer) => Promise<void> | null,
): Promise<number> {
  return runCopy(client, text, {
    handleCopyData: ({ chunk }: Readonly<{ chunk: Buffer }>, wire: Wire, fail) => {
      const busy = take(chunk);
      if (busy === null) return;
      wire.stream.pause();
      busy.catch(fail).finally(() => wire.stream.resume());
    },
  });
}

/** Runs `copy … from stdin` with these pieces of it. Returns the number of rows. */
export function copyIn(
  client: pg.ClientBase,
  text: string,
  pieces: AsyncIterable<Uint8Array>,
): Promise<number> {
  return runCopy(client, text, {
    handleCopyInResponse: (wire: Wire, fail, isOver) => {
      sendAll(wire, pieces, isOver).catch((error: unknown) => {
        fail(error);
        wire.sendCopyFail("the source of the rows failed");
      });
    },
  });
}

async function sendAll(
  wire: Wire,
  pieces: AsyncIterable<Uint8Array>,
  isOver: () => boolean,
): Promise<void> {
  for await (const piece of pieces) {
    if (isOver()) return;
    wire.sendCopyFromChunk(piece);
    while (wire.stream.writableNeedDrain && !isOver()) await drained(wire.stream);
  }
  if (!isOver()) wire.endCopyFrom();
}

/** Resolves when the stream takes more, or is gone. */
function drained(stream: Wire["stream"]): Promise<void> {
  return new Promise((done) => {
    const end = (): void => {
      stream.off("drain", end).off("close", end);
      done();
    };
    stream.on("drain", end).on("close", end);
  });
}

type Fail = (error: unknown) => void;
type Handlers = Readonly<{
  handleCopyData?: (message: Readonly<{ chunk: Buffer }>, wire: Wire, fail: Fail) => void;
  handleCopyInResponse?: (wire: Wire, fail: Fail, isOver: () => boolean) => void;
}>;

function runCopy(client: pg.ClientBase, text: string, handlers: Handlers): Promise<number> {
  const { handleCopyData, handleCopyInResponse } = handlers;
  return new Promise((resolve, reject) => {
    let rows = 0,
      failure: Readonly<{ error: unknown }> | null = null,
      over = false;
    const fail: Fail = (error) => {
      failure ??= { error };
    };
    const copy = {
      submit: (connection: pg.Connection) => (connection as unknown as Wire).query(text),
      handleCopyData: (message: Readonly<{ chunk: Buffer }>, wire: Wire) =>
        handleCopyData?.(message, wire, fail),
      handleCopyInResponse: (wire: Wire) => handleCopyInResponse?.(wire, fail, () => over),
      handleCommandComplete: (message: Readonly<{ text: string }>) => {
        rows = Number(/^COPY (\d+)$/.exec(message.text)?.[1] ?? 0);
      },
      // The server's error, or that the connection is gone: then nothing else follows.
      handleError: (error: unknown) => {
        over = true;
        fail(error);
        reject(failure?.error ?? error);
      },
      handleReadyForQuery: () => {
        over = true;
        if (failure === null) resolve(rows);
        else reject(failure.error);
      },
    };
    client.query(copy as unknown as pg.Submittable);
  });
}
