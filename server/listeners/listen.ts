import type { Server } from "node:net";

export type Place = Readonly<{ host: string; port: number; variable: string }>;

/** Opens the port and returns its number (of use where 0 was asked). A port that cannot be had is explained with the variable that changes it. */
export async function listen(server: Server, place: Place): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) =>
      reject(new Error(explain(error, place), { cause: error }));
    server.once("error", fail);
    server.listen({ host: place.host, port: place.port, backlog: 4096 }, () => {
      server.off("error", fail);
      resolve();
    });
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : place.port;
}

function explain(error: NodeJS.ErrnoException, { host, port, variable }: Place): string {
  if (error.code === "EADDRINUSE")
    return `Port ${port} on ${host} is in use by another program. Stop that program, or set ${variable} to a free port.`;
  if (error.code === "EACCES")
    return `Port ${port} may not be opened by this user. Set ${variable} to a port above 1023.`;
  if (error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND")
    return `This machine has no address ${host}. Set CHANCERY_HOST to one that it has.`;
  return `Port ${port} on ${host} could not be opened: ${error.message}`;
}
