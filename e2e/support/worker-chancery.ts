import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { sharedFolder, type StartFrom } from "@/testing/playwright-workers";
import {
  makePlace,
  startChanceryAt,
  type ThrowawayChancery,
} from "@/testing/supervise/throwaway-chancery";
import { runOrThrow } from "./run";

const keptData = () => join(sharedFolder(), "data");

/** With owners and modes: PostgreSQL reads no folder that is not its own. */
const copyFolder = (from: string, to: string) => runOrThrow("cp", ["-a", from, to]);

const workerLog = (workerIndex: number): string =>
  join(findRepoRoot(), ".cache", `e2e-${workerIndex}.log`);

/** The last lines that a worker's Chancery wrote; none if it has not started one. */
export function readLogTail(workerIndex: number, lines = 40): string {
  const file = workerLog(workerIndex);
  if (!existsSync(file)) return "";
  return readFileSync(file, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
}

/**
 * Starts a Chancery for one worker, on free ports. `stop` ends it in order. Deliveries may reach
 * receivers of the tests as localhost, by that name alone. Its output is kept in .cache.
 */
export async function startForWorker(
  from: StartFrom,
  workerIndex: number,
): Promise<Readonly<{ chancery: ThrowawayChancery; stop: () => Promise<void> }> | null> {
  if (from === "nothing") return null;
  const { dataFolder, ports } = await makePlace();
  if (from === "copy") {
    if (!existsSync(keptData())) throw new Error("The first project left no data to copy.");
    rmSync(dataFolder, { recursive: true });
    await copyFolder(keptData(), dataFolder);
  }
  const logFile = workerLog(workerIndex);
  const settings = { CHANCERY_OUTBOUND_ALLOW: "localhost" };
  const chancery = await startChanceryAt({ dataFolder, ports }, settings, logFile);
  const stop = async (): Promise<void> => {
    await chancery.stop();
    if (from === "empty") {
      rmSync(keptData(), { recursive: true, force: true });
      await copyFolder(dataFolder, keptData());
    }
    rmSync(dataFolder, { recursive: true, force: true });
  };
  return { chancery, stop };
}
