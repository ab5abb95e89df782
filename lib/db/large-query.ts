import pg from "pg";
import { hotPool, type Database } from "./database";

/** A statement, prepared by name, whose last parameter is large. */
export type LargeStatement = Readonly<{
  name: string;
  text: string;
  values: readonly unknown[];
  large: Buffer;
}>;

type Wire = pg.Connection &
  Readonly<{ stream: NodeJS.WritableStream; bind: (config: unknown) => void }>;

/** After the last parameter of a Bind message: how many formats of results, and which one. */
const endOctets = 4;

/** Writes a Bind message whose last parameter is empty, with `large` as that parameter. */
function writeBind(stream: NodeJS.WritableStream, message: Buffer, large: Buffer): void {
  const end = message.length - endOctets;
  message.writeInt32BE(message.readInt32BE(1) + large.length, 1);
  message.writeInt32BE(large.length, end - 4);
  stream.write(message.subarray(0, end));
  stream.write(large);
  stream.write(message.subarray(end));
}

/** The same connection, for one statement. pg itself copies a parameter five times, in one go. */
const withLarge = (connection: Wire, large: Buffer): Wire =>
  Object.create(connection, {
    bind: {
      value: (config: unknown) => {
        const _send = (message: Buffer): void => {
          writeBind(connection.stream, message, large);
        };
        connection.bind.call({ _send }, config);
      },
    },
  }) as Wire;

/**
 * Runs a hot statement (see `hotPool`) without a copy of its last parameter, which must not be
 * changed until this returns. It returns no rows.
 */
export async function runLarge(
  db: Pick<Database, "pool">,
  { name, text, values, large }: LargeStatement,
): Promise<void> {
  const client = await hotPool(db).connect();
  let failure: Error | undefined;
  let fail: (error: Error) => void = () => {};
  try {
    await new Promise<void>((resolve, reject) => {
      fail = reject;
      const done = (error: Error | undefined): void => {
        if (error) reject(error);
        else resolve();
      };
      const query = new pg.Query({ name, text, values: [...values, Buffer.alloc(0)] }, done);
      const submit = query.submit.bind(query);
      query.submit = (connection) => submit(withLarge(connection as Wire, large));
      client.on("error", fail);
      client.query(query);
    });
  } catch (error) {
    failure = error as Error;
    throw error;
  } finally {
    client.off("error", fail);
    client.release(failure);
  }
}
