import { closeSync, constants, openSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { listen, type ListenAddress } from "@/lib/runtime/listen";
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

/**
 * A port below 1024, which only root may open. The process accepts on it; this one never does.
 * `reusePort`: others accept on the same port, each on its own listener.
 */
export const portDescriptor = (
  variable: string,
  address: Omit<ListenAddress, "fd">,
): Descriptor => ({
  variable,
  value: String,
  open: async () => {
    const server = createServer();
    await listen(server, address);
    return { fd: descriptorOf(server), close: () => server.close() };
  },
});

/** Node.js hands over a listener's descriptor only through its handle. */
const descriptorOf = (server: Server): number =>
  (server as unknown as { _handle: { fd: number } })._handle.fd;
