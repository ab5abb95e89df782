import type { Env } from "@/lib/runtime/env";

export type OutputFormat = Env["CHANCERY_LOG_FORMAT"];

/** The supervisor's output: a line for each message, and each step of the start with its duration. */
export type Output = Readonly<{
  print: (process: string, line: string) => void;
  step: <T>(name: string, work: () => Promise<T>) => Promise<T>;
}>;

type Level = "debug" | "info" | "warn" | "error";

const prefixWidth = 9;
const levelWidth = 5;
const levelWords: Readonly<Record<string, Level>> = {
  debug: "debug",
  warn: "warn",
  warning: "warn",
  error: "error",
  fatal: "error",
};
const levelPrefix = /^(debug|warn|warning|error|fatal):\s*/i;
/** What PostgreSQL writes before its messages. */
const postgresLevel = /(?:^|\s)(WARNING|ERROR|FATAL|PANIC):\s/;

function readLevel(line: string): Readonly<{ level: Level; message: string }> {
  const [prefix, word = ""] = levelPrefix.exec(line) ?? [];
  if (prefix !== undefined)
    return { level: levelWords[word.toLowerCase()] ?? "info", message: line.slice(prefix.length) };
  const [, postgres] = postgresLevel.exec(line) ?? [];
  if (postgres === undefined) return { level: "info", message: line };
  return { level: postgres === "WARNING" ? "warn" : "error", message: line };
}

/** Where in the code an error happened: left out, so that an error is one line. */
const isFrame = (line: string): boolean => /^\s+at\s/.test(line);

/**
 * Writes lines through `write`, each with the time (UTC), its level and the name of its process; as
 * JSON objects with these as members if that is the format. Lines of a stack trace are left out
 * unless `frames` is set.
 */
export function makeOutput(
  write: (text: string) => void,
  {
    format = "text",
    frames = false,
    now = () => new Date(),
  }: Readonly<{ format?: OutputFormat; frames?: boolean; now?: () => Date }> = {},
): Output {
  const print = (process: string, line: string): void => {
    if (line.trim() === "" || (isFrame(line) && !frames)) return;
    const time = now().toISOString();
    const { level, message } = readLevel(line);
    write(
      format === "json"
        ? `${JSON.stringify({ time, level, process, message })}\n`
        : `${time} ${level.padEnd(levelWidth)} ${process.padEnd(prefixWidth)}| ${message}\n`,
    );
  };
  return {
    print,
    step: async (name, work) => {
      const startedAt = performance.now();
      const result = await work();
      print("chancery", `${name} ready in ${seconds(performance.now() - startedAt)}`);
      return result;
    },
  };
}

export const seconds = (ms: number) => `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 0)} s`;
