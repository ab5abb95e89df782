/** One thing that is wrong with an input or a plan. `path` is the field (`csr`, `sans.0`), `clause` the rule's source. */
export type Finding = Readonly<{
  code: string;
  message: string;
  path?: string;
  clause?: string;
  severity?: "error" | "warning" | "notice";
}>;

/** What kind of refusal it is; the HTTP edge maps it to a status, nothing else depends on it. */
export type ErrorKind =
  | "invalid"
  | "unauthenticated"
  | "forbidden"
  | "not-found"
  | "conflict"
  | "too-large"
  | "unsupported"
  | "rate-limited"
  | "unavailable";

export type AppErrorOptions = Readonly<{
  kind?: ErrorKind;
  findings?: readonly Finding[];
  /** Seconds until a retry makes sense. */
  retryAfterSeconds?: number;
  /** Extra members for problem+json; plain JSON, never a secret. */
  details?: Readonly<Record<string, unknown>>;
  cause?: unknown;
}>;

/**
 * An expected refusal. `code` is stable and for programs (`certificate.name-outside-profile`); `message` is for people and
 * may be shown to any caller. Everything else that is thrown is a bug and must reach nobody but the server's own log.
 */
export class AppError extends Error {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly findings: readonly Finding[];
  readonly retryAfterSeconds: number | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "AppError";
    this.code = code;
    this.kind = options.kind ?? "invalid";
    this.findings = options.findings ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.details = options.details ?? {};
  }
}

/** True for an expected refusal. Survives several copies of this module in one process (Next bundles its own). */
export function isAppError(error: unknown): error is AppError {
  return (
    error instanceof Error &&
    error.name === "AppError" &&
    typeof (error as AppError).code === "string"
  );
}
