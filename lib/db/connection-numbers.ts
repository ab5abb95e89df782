/**
 * Connections are numbered as they are opened: one that was open at some time is still the same
 * session of the same server, and what was learned over another one then holds for it too.
 */
const numbers = new WeakMap<object, number>();
let last = 0;

/** Numbers a connection that was just opened. */
export function numberConnection(connection: object): void {
  last += 1;
  numbers.set(connection, last);
}

/** The number of an open connection; infinite for one that has none. */
export const connectionNumber = (connection: object): number => numbers.get(connection) ?? Infinity;

/** The number of the connection of this process that was opened last. */
export const lastConnectionNumber = (): number => last;
