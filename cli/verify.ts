import { statSync } from "node:fs";
import { parseArgs } from "node:util";
import { verifyExport } from "@/lib/log/verify/verify-export";
import type { VerifyReport } from "@/lib/log/verify/report";
import { isAppError } from "@/lib/errors/app-error";
import { getDeps } from "@/lib/runtime";
import { UsageError, type Command } from "./command";
import { dataFolder } from "./connect";
import { readKey, readPieces, readSmall } from "./verify/read-file";
import { exitCodeOf, type Required } from "./verify/exit-code";
import { runLive } from "./verify/live";
import { makeProgress } from "./verify/progress";
import { reportText } from "./verify/report-text";

const verifyUsage = `chancery verify FILE [--key VKEY|FILE] [--policy FILE] [--proof FILE] [--since FILE] [--entry FILE] [--require witnessed|signed] [--json] [--quiet]
chancery verify --live [--policy FILE] [--json] [--quiet]
chancery verify --state [--json] [--quiet]

Verifies an export (JSON Lines; CSV, OCSF, CEF with its companion) or a .tlog-proof file, without database and network. "-" is standard input.
  --key       the log's verifier key, from elsewhere than the file: as text, or a file that holds it
  --policy    a policy file: known logs, and which witnesses must have cosigned
  --proof     the companion of an export in CSV, OCSF or CEF: the same export in the format proof
  --since     an older checkpoint that you kept: nothing that it covers may have changed
  --entry     the exact bytes of the entry, for a .tlog-proof file that does not hold them
  --live      instead of a file, the whole log of the Chancery that runs here: entries, tree, checkpoints, index, tables
  --state     instead of a file, only its tables: each must be what a replay of the log explains
  --require   the level that is needed for exit code 0; signed if not said
Exit codes: 0 verified, 1 something is wrong, 2 usage or unreadable file, 3 right as far as it goes, but below the required level or incomplete.`;

/** `chancery verify`: see verifyUsage. */
export const verify: Command = {
  name: "verify",
  summary:
    "verifies an export or a proof file offline, or the live log: entries, order, hashes, tree, signature, witnesses, gaps",
  run: async (args) => {
    const {
      values,
      positionals: [file, ...more],
    } = readArguments(args);
    if (values.help) {
      process.stdout.write(`${verifyUsage}\n`);
      return 0;
    }
    if (values.live || values.state) return runHere(values, file);
    if (file === undefined || more.length > 0) throw new UsageError(verifyUsage);
    const required = requiredOf(values.require);
    const report = await verifyFile(file, values);
    process.stdout.write(
      values.json
        ? `${JSON.stringify({ ...report, required, exitCode: exitCodeOf(report, required, values) })}\n`
        : values.quiet
          ? ""
          : reportText(file, report),
    );
    return exitCodeOf(report, required, values);
  },
};

type Values = ReturnType<typeof readArguments>["values"];

function readArguments(args: string[]) {
  const text = { type: "string" } as const,
    flag = { type: "boolean" } as const;
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        key: text,
        policy: text,
        proof: text,
        since: text,
        entry: text,
        require: text,
        json: flag,
        quiet: flag,
        live: flag,
        state: flag,
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${verifyUsage}`);
  }
}

async function runHere(values: Values, file: string | undefined): Promise<number> {
  if (file !== undefined || (values.live && values.state)) throw new UsageError(verifyUsage);
  if (!process.env.DATABASE_URL)
    throw new UsageError(
      `No Chancery is running on ${dataFolder()}. Start it with npm start, or name its data folder in CHANCERY_DATA.`,
    );
  const { json, quiet } = values;
  return runLive(
    getDeps(),
    { what: values.live ? "live" : "state", policy: textOf(values.policy), json, quiet },
    (text) => process.stdout.write(text),
    process.stderr.isTTY ? process.stderr : null,
  );
}

function requiredOf(said: string | undefined): Required {
  if (said === undefined || said === "signed") return "signed";
  if (said === "witnessed") return said;
  throw new UsageError(`--require takes witnessed or signed, not "${said}".`);
}

async function verifyFile(file: string, values: Values): Promise<VerifyReport> {
  const progress = makeProgress(
    values.quiet || values.json || !process.stderr.isTTY ? null : process.stderr,
    file === "-" ? null : sizeOf(file),
  );
  try {
    return await verifyExport(readPieces(file), {
      vkey: values.key === undefined ? undefined : readKey(values.key),
      policy: textOf(values.policy),
      since: textOf(values.since),
      proof: values.proof === undefined ? undefined : readPieces(values.proof),
      entry: values.entry === undefined ? undefined : readSmall(values.entry),
      onProgress: progress.show,
    });
  } catch (error) {
    // What cannot be read is no finding about the log.
    if (isAppError(error)) throw new UsageError(`${file}: ${error.message}`);
    throw error;
  } finally {
    progress.end();
  }
}

const textOf = (file: string | undefined): string | undefined =>
  file === undefined ? undefined : readSmall(file).toString("utf8");

function sizeOf(file: string): number | null {
  try {
    return statSync(file).size;
  } catch {
    return null;
  }
}
