import { type RunFile, writeRunFile } from "@/lib/runtime/run-file";
import type { ReadyMessage } from "./child";

/** What run.json says about this Chancery, rewritten whenever a process becomes ready. */
export type RunState = Readonly<{
  ready: (name: string, pid: number, message: ReadyMessage) => void;
  nodeVersions: () => readonly string[];
}>;

/** Writes run.json at once, with the settings; what the processes report then replaces them. */
export function makeRunState(dataFolder: string, initial: RunFile): RunState {
  let current = initial;
  writeRunFile(dataFolder, current);
  return {
    ready: (name, pid, { node = "unknown", ports }) => {
      const others = current.processes.filter((process) => process.name !== name);
      current = {
        ...current,
        processes: [...others, { name, pid, node }],
        ...(ports
          ? { httpPort: ports.http, httpsPort: ports.https, mtlsPort: ports.mtls }
          : undefined),
      };
      writeRunFile(dataFolder, current);
    },
    nodeVersions: () => [...new Set(current.processes.map(({ node }) => node))],
  };
}
