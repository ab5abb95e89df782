import { statSync } from "node:fs";
import { parseArgs } from "node:util";
import { exitCodeOf, type RequiredLevel } from "@/cli/verify/exit-code";
import { runLive } from "@/cli/verify/live";
import { maxListed, writeUnlisted } from "@/cli/verify/unlisted";
import { makeProgress } from "@/cli/verify/progress";
import { readKey, readChunks, readFile } from "@/cli/verify/read-file";
import { reportText } from "@/cli/verify/report-text";
import { parseDuration } from "@/lib/format/duration";
import { isAppError } from "@/lib/errors/app-error";
import { readTimestampTrust } from "@/lib/log/anchor/timestamp-client";
import type { VerifyReport } from "@/lib/log/verify/report";
import type { EntryQuery } from "@/lib/log/schema";
import { parseFilter } from "@/lib/log/search/filter";
import { verifyExport } from "@/lib/log/verify/verify-export";
import { readEnv } from "@/lib/runtime/env";
import { type Command, UsageError } from "./command";
import { getRunningDeps } from "./connect";

const verifyUsage = `chancery verify FILE [--key VKEY|FILE] [--policy FILE] [--proof FILE] [--since FILE] [--entry FILE] [--require witnessed|signed] [--partial] [--index] [--select QUERY] [--not-older-than DURATION] [--json] [--quiet]
chancery verify --live [--policy FILE] [--json] [--quiet]
chancery verify --state [--json] [--quiet]
chancery verify --index [--from ENTRY] [--json] [--quiet]

Verifies an export (JSON Lines; CSV, OCSF or CEF with its companion) or a .tlog-proof file, without a database or network. FILE can be "-" for standard input.
  --key       the log's verifier key from a source other than the file: as text, or a file that contains it
  --policy    a witness policy file: the known logs, and the witnesses whose cosignatures are required
  --proof     the companion of an export in CSV, OCSF or CEF: the same export with format proof
  --since     an older checkpoint that you saved: the entries that it covers must be unchanged
  --entry     the exact bytes of the entry, for a .tlog-proof file that does not contain them
  --partial   accept a file with only some of the log's entries: without it, exit code 0 needs every entry of the checkpoint
  --not-older-than  how old the newest signed entry or cosignature in the file may be, such as 36h or 7d
  --live      verify the whole log of the running Chancery instead of a file: entries, tree, checkpoints, index, tables
  --state     verify only its tables instead of a file: compare them with a replay of the log
  --index     with an export of everything in JSON Lines, derive the search index from it too, and compare the digests that the log has of it; without a file, verify only the running Chancery's search index
  --select    with an export of everything in JSON Lines, say which entries match these filters, in the form of a URL: 'outcome=denied&from=2026-11-01'
  --from      with --index and no file, start at the part of the index that holds this entry
  --require   the level required for exit code 0: signed (default) or witnessed
  --json      print the report as JSON
  --quiet     print nothing; use the exit code
Every problem is shown: the first 1,000 of each check in the report, the others on standard error.
Exit codes: 0 verified; 1 problems found; 2 wrong usage or unreadable file; 3 no problems found, but below the required level or incomplete.`;

/** The command `chancery verify`; see verifyUsage. */
export const verify: Command = {
  name: "verify",
  summary:
    "verify an export or a proof file offline, or the live log: entries, order, hashes, tree, signature, witnesses, gaps",
  usage: verifyUsage,
  run: async (args) => {
    const {
      values,
      positionals: [file, ...more],
    } = readArguments(args);
    if (values.live || values.state || (values.index && file === undefined))
      return runAgainstDatabase(values, file);
    if (values.from !== undefined) throw new UsageError(verifyUsage);
    if (file === undefined || more.length > 0) throw new UsageError(verifyUsage);
    const required = parseRequired(values.require);
    const report = await verifyFile(file, values);
    process.stdout.write(
      values.json
        ? `${JSON.stringify({ ...report, required, exitCode: exitCodeOf(report, required, values) })}\n`
        : values.quiet
          ? ""
          : reportText(file, report),
    );
    const code = exitCodeOf(report, required, values);
    if (code === 3 && !values.json && !values.quiet)
      process.stdout.write(`${whyIncomplete(report, values)}\n`);
    return code;
  },
};

/** Why nothing is wrong and yet not everything that was required is shown. */
function whyIncomplete(report: VerifyReport, { partial }: Values): string {
  const isWhole = report.checks.some(
    ({ name, state }) => name === "complete" && state === "passed",
  );
  return report.kind === "export" && !isWhole && partial !== true
    ? "INCOMPLETE (exit code 3): the file has only some of the entries. If it is meant to, add --partial."
    : "INCOMPLETE (exit code 3): no problem was found, but less was shown than was required.";
}

type Values = ReturnType<typeof readArguments>["values"];

function readArguments(args: string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
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
        partial: flag,
        "not-older-than": text,
        json: flag,
        quiet: flag,
        live: flag,
        state: flag,
        index: flag,
        select: text,
        from: text,
      },
    });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${verifyUsage}`);
  }
}

async function runAgainstDatabase(values: Values, file: string | undefined): Promise<number> {
  const scopes = (["live", "state", "index"] as const).filter((scope) => values[scope]);
  const [scope] = scopes;
  if (file !== undefined || scope === undefined || scopes.length > 1)
    throw new UsageError(verifyUsage);
  if (values.from !== undefined && scope !== "index") throw new UsageError(verifyUsage);
  const { json, quiet } = values;
  return runLive(
    getRunningDeps(),
    {
      scope,
      from: parseFrom(values.from),
      policy: textOf(values.policy),
      timestamps: readTimestampTrust(readEnv()),
      json,
      quiet,
    },
    (text) => process.stdout.write(text),
    process.stderr.isTTY ? process.stderr : null,
  );
}

function parseFrom(value: string | undefined): number {
  if (value === undefined) return 0;
  if (!/^\d{1,15}$/.test(value)) throw new UsageError("--from must be the number of an entry.");
  return Number(value);
}

function parseSelect(text: string): EntryQuery {
  const given = [...new URLSearchParams(text)];
  const query: EntryQuery = Object.fromEntries(given);
  if (Object.keys(query).length < given.length)
    throw new UsageError(`--select has a filter more than once: ${text}`);
  try {
    parseFilter(query);
    return query;
  } catch (error) {
    throw isAppError(error) ? new UsageError(`--select: ${error.message}`) : error;
  }
}

function parseRequired(value: string | undefined): RequiredLevel {
  if (value === undefined || value === "signed") return "signed";
  if (value === "witnessed") return value;
  throw new UsageError(`--require must be witnessed or signed, not "${value}".`);
}

function parseMaxAge(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const seconds = parseDuration(value);
  if (seconds === null || seconds <= 0)
    throw new UsageError(`--not-older-than must be a duration such as 36h or 7d, not "${value}".`);
  return seconds * 1_000;
}

async function verifyFile(file: string, values: Values): Promise<VerifyReport> {
  const progress = makeProgress(
    values.quiet || values.json || !process.stderr.isTTY ? null : process.stderr,
    file === "-" ? null : sizeOf(file),
  );
  try {
    return await verifyExport(readChunks(file), {
      vkey: values.key === undefined ? undefined : readKey(values.key),
      policy: textOf(values.policy),
      since: textOf(values.since),
      proof: values.proof === undefined ? undefined : readChunks(values.proof),
      entry: values.entry === undefined ? undefined : readFile(values.entry),
      index: values.index,
      select: values.select === undefined ? undefined : parseSelect(values.select),
      now: new Date(),
      maxAgeMs: parseMaxAge(values["not-older-than"]),
      maxListed,
      onUnlisted: values.quiet ? undefined : writeUnlisted,
      onProgress: progress.show,
    });
  } catch (error) {
    // A file that cannot be read says nothing about the log.
    if (isAppError(error)) throw new UsageError(`${file}: ${error.message}`);
    throw error;
  } finally {
    progress.end();
  }
}

const textOf = (file: string | undefined): string | undefined =>
  file === undefined ? undefined : readFile(file).toString("utf8");

function sizeOf(file: string): number | null {
  try {
    return statSync(file).size;
  } catch {
    return null;
  }
}
