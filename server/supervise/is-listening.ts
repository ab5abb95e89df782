import { readdirSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";

const answerTimeoutMs = 1_000;

/**
 * Whether a process listens on any socket in a folder or the folders in it. What belongs to a run
 * that ended has nobody behind it; what somebody listens on is never removed, whatever a file says
 * about whose it is: a copied data folder names the sockets of the original.
 */
export async function isListening(folder: string): Promise<boolean> {
  for (const path of socketsIn(folder)) if (await answers(path)) return true;
  return false;
}

function socketsIn(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isSocket())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch {
    return [];
  }
}

/** A hung process still accepts connections: the system does it for it. */
const answers = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path);
    const end = (isAlive: boolean): void => {
      socket.destroy();
      resolve(isAlive);
    };
    socket.once("connect", () => end(true));
    // Refused: nobody listens. Any other reason, such as permissions or a full queue, is no proof.
    socket.once("error", ({ code }: NodeJS.ErrnoException) =>
      end(code !== "ECONNREFUSED" && code !== "ENOENT"),
    );
    socket.setTimeout(answerTimeoutMs, () => end(true));
  });
