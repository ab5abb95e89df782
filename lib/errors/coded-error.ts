import type { ErrorCode } from "./codes";
import type { ErrorKind, Finding } from "./types";

/** The id of an entry, as `EntryId` has it. */
type RecordedAs = `ent_${string}`;

export type ErrorOptions = Readonly<{
  findings?: readonly Finding[];
  /** Seconds until a retry makes sense. */
  retryAfterSeconds?: number;
  /** Extra members for problem+json; plain JSON, never a secret, and nothing that code decides by. */
  details?: Readonly<Record<string, unknown>>;
  /** The entry that has recorded this refusal already, so that nothing else records it again. */
  recordedAs?: RecordedAs;
  cause?: unknown;
}>;

/**
 * What AppError and ProofError have in common. It knows no catalogue, so that the pure modules that
 * run in browsers do not carry every code's text with them.
 */
export abstract class CodedError extends Error {
  readonly code: ErrorCode;
  readonly kind: ErrorKind;
  readonly findings: readonly Finding[];
  readonly retryAfterSeconds: number | undefined;
  readonly details: Readonly<Record<string, unknown>>;
  readonly recordedAs: RecordedAs | undefined;

  constructor(code: ErrorCode, kind: ErrorKind, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "AppError";
    this.code = code;
    this.kind = kind;
    this.findings = options.findings ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.details = options.details ?? {};
    this.recordedAs = options.recordedAs;
  }
}

/**
 * By name, because `instanceof` fails across several copies of this module in one process (Next
 * bundles its own).
 */
export function isCodedError(error: unknown): error is CodedError {
  return (
    error instanceof Error &&
    error.name === "AppError" &&
    typeof (error as CodedError).code === "string"
  );
}
