import { statSync } from "node:fs";
import { dirname, join } from "node:path";

// Each private socket is in its own folder, which decides who can reach it: one user for all
// processes, or each process's user and the group of Chancery's processes.

/** The signer's socket in the folder of the private sockets. */
export const signerSocket = (runDir: string): string => join(runDir, "signer", "signer.sock");

/** The console's socket in the folder of the private sockets. */
export const consoleSocket = (runDir: string): string => join(runDir, "console", "console.sock");

/** The mode of a socket: open to the group if its folder is, else to its owner alone. */
export const socketMode = (path: string): number =>
  (statSync(dirname(path)).mode & 0o010) === 0 ? 0o600 : 0o660;
