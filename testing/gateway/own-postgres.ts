import { readdirSync, readFileSync } from "node:fs";
import { serveTemplates } from "@/testing/database/serve-templates";
import { startThrowawayPostgres } from "@/testing/database/throwaway-postgres";

/** A durable PostgreSQL of one test file alone, which may be mistreated. */
export type OwnPostgres = Readonly<{
  /**
   * Every process of it stops in the middle of what it does: connections stay open, and nothing
   * answers.
   */
  hang: () => void;
  goOn: () => void;
  /** It dies at once; what kept it running starts it again. */
  crash: () => void;
  stop: () => Promise<void>;
}>;

/**
 * Starts it, and makes it the server of all test databases that this process asks for from now on.
 * `parent`: where its data is.
 */
export async function startOwnPostgres(parent?: string): Promise<OwnPostgres> {
  const server = await startThrowawayPostgres({
    durable: true,
    ...(parent === undefined ? {} : { parent }),
  });
  const { socketPath, close } = await serveTemplates(async () => server);
  const usual = process.env.CHANCERY_TEST_POSTGRES;
  process.env.CHANCERY_TEST_POSTGRES = socketPath;
  const signal = (name: NodeJS.Signals): void => {
    for (const pid of [server.pid(), ...childrenOf(server.pid())]) {
      try {
        process.kill(pid, name);
      } catch (error) {
        // A process may have ended since it was listed.
        if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
      }
    }
  };
  return {
    hang: () => signal("SIGSTOP"),
    goOn: () => signal("SIGCONT"),
    crash: () => process.kill(server.pid(), "SIGQUIT"),
    stop: async () => {
      process.env.CHANCERY_TEST_POSTGRES = usual;
      await close();
    },
  };
}

function childrenOf(parent: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return (
          /^PPid:\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ===
          String(parent)
        );
      } catch {
        return false;
      }
    });
}
