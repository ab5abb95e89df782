const levels = ["debug", "info", "warn", "error"] as const;
type Level = (typeof levels)[number];

/** Where the door tells the operator what it does: one line each, never a secret. */
export type DoorLog = Readonly<Record<Level, (text: string) => void>>;

/** Lines at or above `threshold`; warnings and errors go to standard error. The supervisor puts the process's name before them. */
export function makeDoorLog(threshold: Level): DoorLog {
  const writer = (level: Level) => (text: string) => {
    if (levels.indexOf(level) < levels.indexOf(threshold)) return;
    const stream = level === "warn" || level === "error" ? process.stderr : process.stdout;
    stream.write(`${level === "info" ? "" : `${level}: `}${text.replaceAll(/[\r\n]+/g, " ")}\n`);
  };
  return {
    debug: writer("debug"),
    info: writer("info"),
    warn: writer("warn"),
    error: writer("error"),
  };
}

/** The words of an error for the operator's log. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : "";
  return `${error.message || error.name}${cause}`;
}
