import { readdirSync, readFileSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startThrowawayPostgres, TEMPLATE } from "@/server/supervise/testing/throwaway-postgres";

/** A durable PostgreSQL of one test file alone, which may be mistreated. */
export type OwnPostgres = Readonly<{
  /** Every process of it stops in the middle of what it does: connections stay open, and nothing answers. */
  hang: () => void;
  goOn: () => void;
  /** It dies at once; what kept it running starts it again. */
  crash: () => void;
  stop: () => Promise<void>;
}>;

/** Starts it, and makes it the server of all test databases that this process asks for from now on. */
export async function startOwnPostgres(): Promise<OwnPostgres> {
  const server = await startThrowawayPostgres({ durable: true }),
    folder = mkdtempSync(join(tmpdir(), "chancery-own-pg-"));
  const usual = process.env.CHANCERY_TEST_POSTGRES,
    path = join(folder, "door.sock");
  const door = createServer((socket) => {
    socket.on("error", () => {});
    socket.end(JSON.stringify({ template: TEMPLATE, ...server.urls("DATABASE") }));
  });
  await new Promise<void>((done) => door.listen(path, done));
  process.env.CHANCERY_TEST_POSTGRES = path;
  const signal = (name: NodeJS.Signals): void => {
    for (const pid of [server.pid(), ...childrenOf(server.pid())]) process.kill(pid, name);
  };
  return {
    hang: () => signal("SIGSTOP"),
    goOn: () => signal("SIGCONT"),
    crash: () => process.kill(server.pid(), "SIGQUIT"),
    stop: async () => {
      process.env.CHANCERY_TEST_POSTGRES = usual;
      await new Promise((done) => door.close(done));
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
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
