import { createServer, type Server } from "node:net";
import { availableParallelism } from "node:os";
import type { Env } from "@/lib/runtime/env";
import { listen } from "@/lib/runtime/listen";

const maxByDefault = 8;

/**
 * How many gateways share the ports: what CHANCERY_WORKERS says, or one for every two processors, so
 * that PostgreSQL, signer and console have the others. Throws where the system can't share a port.
 */
export function countWorkers(
  { CHANCERY_WORKERS: asked }: Pick<Env, "CHANCERY_WORKERS">,
  machine = { platform: process.platform as string, processors: availableParallelism() },
): number {
  const canShare = machine.platform === "linux" || machine.platform === "freebsd";
  if (asked > 1 && !canShare)
    throw new Error(
      `CHANCERY_WORKERS is ${asked}, but on this system (${machine.platform}) processes can't share a port. Set it to 1.`,
    );
  if (asked > 0) return asked;
  return canShare ? Math.min(maxByDefault, Math.max(1, Math.floor(machine.processors / 2))) : 1;
}

const portVariables = ["CHANCERY_HTTP_PORT", "CHANCERY_HTTPS_PORT", "CHANCERY_MTLS_PORT"] as const;

/**
 * The settings with the ports that all gateways open: free ones in place of 0. Each is opened here
 * alone first, because a port that another program of this user shares would be shared with it.
 * Throws, naming the setting, if a port is in use.
 */
export async function findSharedPorts(env: Env): Promise<Env> {
  const opened: Server[] = [];
  const ports: Partial<Record<(typeof portVariables)[number], number>> = {};
  try {
    for (const variable of portVariables) {
      const server = createServer();
      opened.push(server);
      ports[variable] = await listen(server, {
        host: env.CHANCERY_HOST,
        port: env[variable],
        variable,
      });
    }
  } finally {
    await Promise.all(opened.map((server) => new Promise((closed) => server.close(closed))));
  }
  return { ...env, ...ports };
}
