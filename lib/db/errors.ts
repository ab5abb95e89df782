type Detail = Readonly<{
  kind?: string;
  constraint?: Readonly<{ index?: string; fields?: readonly string[] }>;
  originalCode?: string;
  code?: string;
  originalMessage?: string;
}>;
type Thrown = Readonly<{
  code?: unknown;
  constraint?: unknown;
  cause?: unknown;
  meta?: Readonly<{ driverAdapterError?: Readonly<{ cause?: Detail }> }>;
}>;

const thrown = (error: unknown): Thrown =>
  typeof error === "object" && error !== null ? error : {};
const detailOf = (error: unknown): Detail =>
  thrown(error).meta?.driverAdapterError?.cause ??
  (thrown(error).cause as Detail | undefined) ??
  {};

/**
 * The name of the unique constraint or index that was violated
 * (`certificate_issuer_id_serial_key`), else null. Prisma and pg alike.
 */
export function uniqueViolation(error: unknown): string | null {
  const { code, constraint } = thrown(error);
  if (code === "23505" && typeof constraint === "string") return constraint;
  const detail = detailOf(error);
  if (code !== "P2002" && detail.originalCode !== "23505") return null;
  return detail.constraint?.index ?? detail.constraint?.fields?.join("_") ?? "unknown";
}

/** The SQLSTATE of an error of the database (`40P01`), however it was thrown; null for another. */
export function sqlState(error: unknown): string | null {
  const { code } = thrown(error);
  const state = detailOf(error).originalCode ?? code;
  return typeof state === "string" && /^[0-9A-Z]{5}$/.test(state) ? state : null;
}

/** Prisma passes on the message of a raised error, but not the constraint that it names. */
const rules: readonly (readonly [constraint: string, says: RegExp])[] = [
  ["log_is_halted", /^the log is halted/],
  ["needs_entry", /changed without an entry in its transaction$/],
];

/**
 * The name of the log's rule that a change broke (`log_is_halted`, `needs_entry`), or of any other
 * check that pg names, else null.
 */
export function checkViolation(error: unknown): string | null {
  const { code, constraint } = thrown(error);
  const detail = detailOf(error);
  if (code === "23514" && typeof constraint === "string") return constraint;
  if (detail.originalCode !== "23514") return null;
  return rules.find(([, says]) => says.test(detail.originalMessage ?? ""))?.[0] ?? null;
}

const unreachable = new Set([
  "P1000",
  "P1001",
  "P1002",
  "P1003",
  "P1008",
  "P1010",
  "P1017",
  "P2024",
  "P2028",
  "P2037",
  "57P01",
  "57P02",
  "57P03",
  "53300",
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOENT",
  "EPIPE",
  "ETIMEDOUT",
]);

/**
 * True if the database could not be reached, dropped the connection, had none to give, or left a
 * statement without an answer.
 */
export function isUnreachable(error: unknown): boolean {
  const { code } = thrown(error);
  const detail = detailOf(error);
  // Class 08, connection exceptions: a pooler between here and the server says so of the server.
  if (sqlState(error)?.startsWith("08")) return true;
  if (
    [code, detail.originalCode, detail.code].some(
      (value) => typeof value === "string" && unreachable.has(value),
    )
  )
    return true;
  return (
    error instanceof Error &&
    /connection terminated|timeout exceeded when trying to connect|not queryable$|^query read timeout|^Connection (?:closed|ended)/i.test(
      error.message,
    )
  );
}

/** Errors of a connection that could not be made, so that nothing was sent over it. */
const neverConnected = new Set([
  "08001",
  "08004",
  "P1000",
  "P1001",
  "P1003",
  "P1010",
  "P2024",
  "P2028",
  "P2037",
  "57P03",
  "53300",
  "ECONNREFUSED",
  "ENOENT",
]);

/**
 * True if a statement may have been committed although it failed: the connection was lost, or no
 * answer came in time. Every other error means that it was rolled back or never sent.
 */
export function isInDoubt(error: unknown): boolean {
  if (!isUnreachable(error)) return false;
  const { code } = thrown(error);
  const detail = detailOf(error);
  if (
    [code, detail.originalCode, detail.code].some(
      (value) => typeof value === "string" && neverConnected.has(value),
    )
  )
    return false;
  return !(
    error instanceof Error &&
    /timeout exceeded when trying to connect|due to connection timeout|not queryable$/i.test(
      error.message,
    )
  );
}

/** SQLSTATE classes of a server that can't do what it was asked: resources, operator, system. */
const unableClasses = new Set(["08", "53", "57", "58"]);
/** Read-only, locked or deadlocked, a damaged page: the same statement may succeed later. */
const unableStates = new Set(["25006", "25P03", "40001", "40P01", "55P03", "XX001", "XX002"]);

/**
 * True if the database is away, too slow, full or read-only: what was asked was not done, and may
 * be asked again. False for a statement that is wrong, which is a bug.
 */
export function isDatabaseUnable(error: unknown): boolean {
  if (isUnreachable(error)) return true;
  const state = sqlState(error);
  if (state !== null) return unableClasses.has(state.slice(0, 2)) || unableStates.has(state);
  return error instanceof Error && /^It waited too long for its turn\.$/.test(error.message);
}
