import { maskSecrets } from "@/lib/format/mask-secrets";

/**
 * Writes an unexpected error to the process's own log, under the id that its caller was given. Only
 * what the error says of itself: never a request's body or headers, which may hold secrets.
 */
export function reportBug(error: unknown, requestId: string): void {
  const { name, message, stack, cause } = error instanceof Error ? error : new Error(String(error));
  const why = cause instanceof Error ? { cause: cause.stack ?? cause.message } : {};
  process.stderr.write(
    `${maskSecrets(JSON.stringify({ level: "error", requestId, error: name, message, stack, ...why }))}\n`,
  );
}

/** Writes one line about a request that failed because the database did. */
export function reportOutage(error: unknown, requestId: string): void {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(
    `${maskSecrets(JSON.stringify({ level: "warn", requestId, message: `database: ${message}` }))}\n`,
  );
}
