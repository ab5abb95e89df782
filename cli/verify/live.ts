import { checkInboxReader } from "@/lib/log/live/check-catalog";
import { verifyLog } from "@/lib/log/live/verify-log";
import type { LogReport } from "@/lib/log/live/snapshot";
import type { VerifyLogOptions } from "@/lib/log/live/verify-log";
import { emptyWitnessPolicy, parseWitnessPolicy } from "@/lib/log/pure/witness-policy";
import { verifyIndex } from "@/lib/log/live/check-index";
import { reconcile } from "@/lib/log/reconcile/reconcile";
import type { Deps } from "@/lib/runtime/deps";
import { notCovered } from "@/lib/log/reconcile/not-covered";
import { makeCheck } from "@/lib/log/reconcile/check";
import { makeLineProgress } from "./progress";
import { writeUnlisted } from "./unlisted";

type LiveDeps = Pick<Deps, "db"> &
  Partial<Pick<Deps, "witnessPolicy">> &
  Readonly<{ signer: Pick<Deps["signer"], "rememberedAll"> }>;
type LiveOptions = Readonly<{
  /** The whole log, or only the tables, or only the search index. */
  scope: "live" | "state" | "index";
  /** Of the search index, only what holds this entry and later ones. */
  from?: number | undefined;
  policy?: string | undefined;
  /** The time-stamping authority whose stamps are verified. */
  timestamps?: VerifyLogOptions["timestamps"];
  json?: boolean | undefined;
  quiet?: boolean | undefined;
}>;
type Write = (text: string) => void;

/**
 * `chancery verify --live`, `--state` and `--index`: verifies the log in the running Chancery's
 * database, or only its tables or its search index. Returns the exit code: 0 no problems, 1 problems found, 3 no problems but no
 * checkpoint covers the log yet.
 */
export async function runLive(
  deps: LiveDeps,
  { scope, from, policy, timestamps, json, quiet }: LiveOptions,
  write: Write,
  terminal: Parameters<typeof makeLineProgress>[0],
): Promise<0 | 1 | 3> {
  const progress = makeLineProgress(quiet || json ? null : terminal);
  try {
    const report =
      scope === "live"
        ? await verifyLog(deps, {
            policy:
              policy === undefined
                ? (deps.witnessPolicy ?? emptyWitnessPolicy)
                : parseWitnessPolicy(policy),
            timestamps,
            ...(quiet ? {} : { onUnlisted: writeUnlisted }),
            onProgress: (done, total, note) =>
              progress.show(
                `${note}: ${done.toLocaleString("en")} of ${total.toLocaleString("en")}`,
              ),
          })
        : await (scope === "state" ? stateReport : indexReport(from))(
            deps,
            progress.show,
            quiet !== true,
          );
    progress.end();
    if (json) write(`${JSON.stringify(report)}\n`);
    else if (!quiet) write(liveText(report));
    return !report.ok ? 1 : report.level === "unsealed" ? 3 : 0;
  } finally {
    progress.end();
  }
}

type PartReport = Pick<LogReport, "ok" | "checks"> &
  Partial<LogReport> &
  Readonly<{
    /** The first entry whose segment was compared. */
    from?: number;
  }>;

async function stateReport(
  deps: LiveDeps,
  show: (line: string) => void,
  isShown: boolean,
): Promise<PartReport> {
  const check = makeCheck(isShown ? (problem) => writeUnlisted("state", problem) : undefined);
  await checkInboxReader(deps.db, check);
  const { checked, count, problems, unlisted } = await reconcile(deps, {
    check,
    onProgress: (done, total) =>
      show(
        `comparing the tables with the log: ${done.toLocaleString("en")} of ${total.toLocaleString("en")}`,
      ),
  });
  return { ok: count === 0, checks: [{ name: "state", checked, count, problems, unlisted }] };
}

const partConclusions: Readonly<Record<string, readonly [string, string]>> = {
  state: ["The tables match the log.", "FAILED: the tables do not match the log."],
  index: ["The search index matches the log.", "FAILED: the search index does not match the log."],
};

const indexReport =
  (from = 0) =>
  async (deps: LiveDeps, show: (line: string) => void, isShown: boolean): Promise<PartReport> => {
    const { checked, count, problems, unlisted } = await verifyIndex(deps.db, {
      from,
      check: makeCheck(isShown ? (problem) => writeUnlisted("index", problem) : undefined),
      onProgress: (done, total) =>
        show(
          `comparing the search index: entry ${done.toLocaleString("en")} of ${total.toLocaleString("en")}; to go on from here, pass --from ${done}`,
        ),
    });
    return {
      ok: count === 0,
      checks: [{ name: "index", checked, count, problems, unlisted }],
      ...(from === 0 ? {} : { from }),
    };
  };

/** Time stamps that were only compared with the log. */
const stampsText = (authorities: readonly string[]): string =>
  `not verified        the signatures of the time stamps of ${authorities.join(", ")}: set CHANCERY_TSA_URL and CHANCERY_TSA_CA as for Chancery, to have its roots\n`;

function liveText({
  ok,
  checks,
  level,
  size,
  checkpointSize,
  untrustedStamps = [],
  milliseconds,
  from,
}: PartReport): string {
  const lines = checks.map(({ name, checked, count, problems, unlisted }) => {
    const more =
      unlisted > 0 ? [`… and ${unlisted.toLocaleString("en")} more, on standard error`] : [];
    const state = count > 0 ? "FAILED" : checked === 0 ? "none" : "passed";
    return `${state.padEnd(8)}${name.padEnd(12)}${checked.toLocaleString("en")} checked${count > 0 ? `, ${count.toLocaleString("en")} ${count === 1 ? "problem" : "problems"}` : ""}\n${[...problems, ...more].map((problem) => `        ${problem}\n`).join("")}`;
  });
  if (size === undefined) {
    const skipped =
      from === undefined ? "" : ` Its part before that of entry ${from} was not compared.`;
    return `${lines.join("")}\n${partConclusions[checks[0]?.name ?? ""]?.[ok ? 0 : 1]}${skipped}\n`;
  }
  const failedChecks = checks
    .filter(({ count }) => count > 0)
    .map(({ name }) => name)
    .join(", ");
  const coverage =
    checkpointSize === null || checkpointSize === undefined
      ? "no checkpoint covers them yet"
      : `${checkpointSize.toLocaleString("en")} of them covered by a published checkpoint`;
  const columns = Object.entries(notCovered).flatMap(([table, names]) =>
    Object.keys(names).map((column) => `${table}.${column}`),
  );
  if (untrustedStamps.length > 0) lines.push(stampsText(untrustedStamps));
  lines.push(
    `not covered         ${columns.length} columns, and tables that no entry guards; docs/verifying.md says which and why\n`,
  );
  return `${lines.join("")}\n${ok ? (level ?? "").toUpperCase() : `FAILED: ${failedChecks}`}: ${size.toLocaleString("en")} entries of the live log, ${coverage}, ${((milliseconds ?? 0) / 1000).toFixed(1)} s.\n`;
}
