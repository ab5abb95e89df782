import { closeSync, constants, openSync } from "node:fs";
import { createServer, type Server } from "node:net";
import type { Descriptor } from "@/server/supervise/child";
import { makeOwnedFolder } from "./owned-folder";
import type { ProcessUser } from "./process-users";

/** A path that a process reaches through a descriptor, because it may not walk the way to it. */
const pathDescriptor = (variable: string, open: () => number): Descriptor => ({
  variable,
  value: (fd) => `/proc/self/fd/${fd}`,
  open: async () => {
    const fd = open();
    return { fd, close: () => closeSync(fd) };
  },
});

export const fileDescriptor = (variable: string, path: string): Descriptor =>
  pathDescriptor(variable, () => openSync(path, constants.O_RDONLY));

/** Made for its owner where it is missing, also at a restart. */
export const folderDescriptor = (variable: string, path: string, owner: ProcessUser): Descriptor =>
  pathDescriptor(variable, () => {
    makeOwnedFolder(path, owner);
    return openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  });

const backlog = 4096;

/**
 * A port below 1024, which only root may open. The process accepts on it; this one never does.
 * `reusePort`: others accept on the same port, each on its own listener.
 */
export const portDescriptor = (
  variable: string,
  { host, port, reusePort }: Readonly<{ host: string; port: number; reusePort: boolean }>,
): Descriptor => ({
  variable,
  value: String,
  open: () =>
    new Promise((resolve, reject) => {
      const server = createServer();
      server.once("error", (error: NodeJS.ErrnoException) =>
        reject(
          new Error(
            error.code === "EADDRINUSE"
              ? `Port ${port} on ${host} is in use by another program. Stop that program, or choose another port.`
              : `Port ${port} on ${host} could not be opened: ${error.message}`,
            { cause: error },
          ),
        ),
      );
      server.listen({ host, port, backlog, reusePort }, () =>
        resolve({ fd: descriptorOf(server), close: () => server.close() }),
      );
    }),
});

/** Node.js hands over a listener's descriptor only through its handle. */
const descriptorOf = (server: Server): number =>
  (server as unknown as { _handle: { fd: number } })._handle.fd;
