const QUIET_FIELDS = new Set(["level", "time", "pid", "hostname", "msg", "name", "v"]);
const LEVELS: Record<number, string> = { 40: "warning: ", 50: "error: ", 60: "fatal: " };

/** A child's line for a person: structured lines become a sentence with its fields, others stay as they are. */
export function readableLine(line: string): string {
  if (!line.startsWith("{")) return line;
  try {
    const record = JSON.parse(line) as Record<string, unknown>;
    if (typeof record.msg !== "string") return line;
    const fields = Object.entries(record)
      .filter(([key]) => !QUIET_FIELDS.has(key))
      .map(([key, value]) => `${key}=${show(value)}`);
    return [`${LEVELS[Number(record.level)] ?? ""}${record.msg}`, ...fields].join("  ");
  } catch {
    return line;
  }
}

const show = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
