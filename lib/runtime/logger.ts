import { maskSecrets } from "@/lib/format/mask-secrets";

const levels = ["debug", "info", "warn", "error"] as const;
type Level = (typeof levels)[number];

/** A process's log for the operator: one line per message, never a secret. */
export type Logger = Readonly<Record<Level, (text: string) => void>>;

/**
 * Writes lines at or above `threshold`; warnings and errors go to standard error. The supervisor
 * prefixes them with the name of the process.
 */
export function makeLogger(threshold: Level): Logger {
  const writer = (level: Level) => (text: string) => {
    if (levels.indexOf(level) < levels.indexOf(threshold)) return;
    const stream = level === "warn" || level === "error" ? process.stderr : process.stdout;
    const line = maskSecrets(text.replaceAll(/[\r\n]+/g, " "));
    stream.write(`${level === "info" ? "" : `${level}: `}${line}\n`);
  };
  return {
    debug: writer("debug"),
    info: writer("info"),
    warn: writer("warn"),
    error: writer("error"),
  };
}

/** An error's message with that of its cause, for the operator's log. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : "";
  return `${error.message || error.name}${cause}`;
}
