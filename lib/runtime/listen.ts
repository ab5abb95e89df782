import type { Server } from "node:net";

export type ListenAddress = Readonly<{
  host: string;
  port: number;
  variable: string;
  /** Whether other processes of this Chancery accept on the port as well (SO_REUSEPORT). */
  reusePort?: boolean;
  /** A listener that was opened for this process, instead of host and port. */
  fd?: number | undefined;
}>;

const backlog = 4096;

/**
 * Opens the port and returns its number, which matters if 0 was requested. If the port cannot be
 * opened, the error names the environment variable that changes it.
 */
export async function listen(server: Server, address: ListenAddress): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) =>
      reject(new Error(explain(error, address), { cause: error }));
    server.once("error", fail);
    const { host, port, fd, reusePort = false } = address;
    const where = fd === undefined ? { host, port, reusePort } : { fd };
    server.listen({ ...where, backlog }, () => {
      server.off("error", fail);
      resolve();
    });
  });
  const bound = server.address();
  return typeof bound === "object" && bound !== null ? bound.port : address.port;
}

function explain(error: NodeJS.ErrnoException, { host, port, variable }: ListenAddress): string {
  if (error.code === "EADDRINUSE")
    return `Port ${port} on ${host} is in use by another program. Stop that program, or set ${variable} to a free port.`;
  if (error.code === "EACCES")
    return `This user may not open port ${port}. Set ${variable} to a port above 1023.`;
  if (error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND")
    return `This machine does not have the address ${host}. Set CHANCERY_HOST to one of its addresses.`;
  return `Port ${port} on ${host} could not be opened: ${error.message}`;
}
