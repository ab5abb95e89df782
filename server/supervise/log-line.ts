const omittedFields = new Set(["level", "time", "pid", "hostname", "msg", "name", "v"]);
const levelPrefixes: Record<number, string> = { 40: "warning: ", 50: "error: ", 60: "fatal: " };

/** A line of output for people: JSON lines become a message with its fields. */
export function readableLine(line: string): string {
  if (!line.startsWith("{")) return line;
  try {
    const record = JSON.parse(line) as Record<string, unknown>;
    if (typeof record.msg !== "string") return line;
    const fields = Object.entries(record)
      .filter(([key]) => !omittedFields.has(key))
      .map(([key, value]) => `${key}=${show(value)}`);
    return [`${levelPrefixes[Number(record.level)] ?? ""}${record.msg}`, ...fields].join("  ");
  } catch {
    return line;
  }
}

const show = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
