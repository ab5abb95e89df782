import type { Deps } from "@/lib/deps";
import { emptyPolicy, parsePolicy } from "@/lib/log/pure/policy";
import { reconcile } from "@/lib/log/reconcile/reconcile";
import { verifyLog, type LogReport } from "@/lib/log/verify-log";
import { makeLineProgress } from "./progress";

type LiveDeps = Pick<Deps, "db"> &
  Partial<Pick<Deps, "witnessPolicy">> &
  Readonly<{ signer: Pick<Deps["signer"], "rememberedAll"> }>;
type Asked = Readonly<{
  what: "live" | "state";
  policy?: string | undefined;
  json?: boolean | undefined;
  quiet?: boolean | undefined;
}>;
type Say = (text: string) => void;

/**
 * `chancery verify --live` and `--state`: the log in the database of the running Chancery, or only its tables against a replay of it. Answers with
 * the exit code: 0 nothing is wrong, 1 something is, 3 nothing is wrong but no checkpoint covers the log yet.
 */
export async function runLive(
  deps: LiveDeps,
  { what, policy, json, quiet }: Asked,
  say: Say,
  terminal: Parameters<typeof makeLineProgress>[0],
): Promise<0 | 1 | 3> {
  const progress = makeLineProgress(quiet || json ? null : terminal);
  try {
    const report =
      what === "live"
        ? await verifyLog(deps, {
            policy:
              policy === undefined ? (deps.witnessPolicy ?? emptyPolicy) : parsePolicy(policy),
            onProgress: (done, total, note) =>
              progress.show(
                `${note}: ${done.toLocaleString("en")} of ${total.toLocaleString("en")}`,
              ),
          })
        : await stateReport(deps, progress.show);
    progress.end();
    if (json) say(`${JSON.stringify(report)}\n`);
    else if (!quiet) say(liveText(report));
    return !report.ok ? 1 : report.level === "unsealed" ? 3 : 0;
  } finally {
    progress.end();
  }
}

type StateReport = Pick<LogReport, "ok" | "checks"> & Partial<LogReport>;

async function stateReport(deps: LiveDeps, show: (line: string) => void): Promise<StateReport> {
  const { checked, count, words } = await reconcile(deps, {
    onProgress: (done, total) =>
      show(
        `comparing the tables with the log: ${done.toLocaleString("en")} of ${total.toLocaleString("en")}`,
      ),
  });
  return { ok: count === 0, checks: [{ name: "state", checked, count, problems: words }] };
}

function liveText({ ok, checks, level, size, checkpointSize, milliseconds }: StateReport): string {
  const lines = checks.map(({ name, checked, count, problems }) => {
    const more =
      count > problems.length
        ? [`… and ${(count - problems.length).toLocaleString("en")} more`]
        : [];
    const state = count > 0 ? "FAILED" : checked === 0 ? "none" : "passed";
    return `${state.padEnd(8)}${name.padEnd(12)}${checked.toLocaleString("en")} checked${count > 0 ? `, ${count.toLocaleString("en")} wrong` : ""}\n${[...problems, ...more].map((problem) => `        ${problem}\n`).join("")}`;
  });
  if (size === undefined)
    return `${lines.join("")}\n${ok ? "The tables are what the log explains." : "FAILED: the tables are not what the log explains."}\n`;
  const wrong = checks
    .filter(({ count }) => count > 0)
    .map(({ name }) => name)
    .join(", ");
  const reach =
    checkpointSize === null || checkpointSize === undefined
      ? "no checkpoint covers them yet"
      : `those below ${checkpointSize.toLocaleString("en")} are under a published checkpoint`;
  return `${lines.join("")}\n${ok ? (level ?? "").toUpperCase() : `FAILED: ${wrong}`}: ${size.toLocaleString("en")} entries of the live log, ${reach}; ${((milliseconds ?? 0) / 1000).toFixed(1)} s.\n`;
}
