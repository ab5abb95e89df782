import { checkBackup } from "@/cli/doctor/backup-check";
import { checkSignerState } from "@/cli/doctor/signer-state-check";
import { checkDatabase } from "@/cli/doctor/database-checks";
import type { Finding } from "@/cli/doctor/finding";
import { checkKek } from "@/cli/doctor/kek-check";
import { checkLog } from "@/cli/doctor/log-checks";
import {
  checkBoundary,
  checkBrowser,
  checkDataFolder,
  checkNode,
  checkPorts,
} from "@/cli/doctor/machine-checks";
import type { Command } from "./command";
import { dataFolder, findRunning } from "./connect";

/** Checks everything that Chancery needs, and reports how to fix each problem. Changes nothing. */
export const doctor: Command = {
  name: "doctor",
  summary:
    "check Node.js, data folder, keys, signer, database, roles, migrations, log, backup, ports and browser",
  usage: null,
  run: async () => {
    const running = findRunning();
    const folder = dataFolder();
    const findings: Finding[] = [
      ...checkNode(process.version, running),
      checkBoundary(running),
      checkDataFolder(folder),
      await checkKek(folder, process.env, running),
      checkSignerState(folder, process.env),
      ...(await checkDatabase(running?.databaseUrl ?? process.env.DATABASE_URL)),
      ...(await checkLog(running?.databaseUrl ?? process.env.DATABASE_URL)),
      ...(await checkBackup(running?.databaseUrl ?? process.env.DATABASE_URL, process.env)),
      ...(await checkPorts(running, process.env)),
      checkBrowser(process.env),
    ];
    for (const { state, check, detail } of findings)
      process.stdout.write(`${state.padEnd(5)}${check.padEnd(13)}${detail}\n`);
    return findings.some(({ state }) => state === "fail") ? 1 : 0;
  },
};
