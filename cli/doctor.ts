import type { Command } from "./command";
import { dataFolder, findRunning } from "./connect";
import { checkDatabase } from "./doctor/database-checks";
import type { Finding } from "./doctor/finding";
import { checkLog } from "./doctor/log-checks";
import { checkMemory } from "./doctor/memory-check";
import {
  checkBrowser,
  checkDataFolder,
  checkKek,
  checkNode,
  checkPorts,
} from "./doctor/machine-checks";

/** Looks at everything that a running Chancery needs, changes nothing, and says how to mend what is wrong. */
export const doctor: Command = {
  name: "doctor",
  summary:
    "checks node, data folder, keys, the signer's memory, database, roles, migrations, log, ports and browser",
  run: async () => {
    const running = findRunning(),
      folder = dataFolder();
    const findings: Finding[] = [
      checkNode(process.versions.node),
      checkDataFolder(folder),
      checkKek(folder, process.env),
      checkMemory(folder, process.env),
      ...(await checkDatabase(running?.databaseUrl ?? process.env.DATABASE_URL)),
      ...(await checkLog(running?.databaseUrl ?? process.env.DATABASE_URL)),
      ...(await checkPorts(running, process.env)),
      checkBrowser(process.env),
    ];
    for (const { state, what, detail } of findings)
      process.stdout.write(`${state.padEnd(5)}${what.padEnd(13)}${detail}\n`);
    return findings.some(({ state }) => state === "bad") ? 1 : 0;
  },
};
