import type { EntryId } from "@/lib/format/ids";

/** An answer as it is stored for repeated requests. */
export type StoredAnswer = Readonly<{ status: number; body: unknown }>;

/**
 * The right of one run of a request to act under its Idempotency-Key. `claim` is the run's own
 * secret: once another run has taken over, this one can't commit. `answerOf` is the answer that a
 * result leads to.
 */
export type KeyClaim = Readonly<{
  actorId: string;
  key: string;
  claim: string;
  answerOf: (outcome: Readonly<{ result: unknown; entryId: EntryId | null }>) => StoredAnswer;
}>;

/** What one request has committed so far, and its claim on an Idempotency-Key if it sent one. */
export type RequestScope = Readonly<{
  claim: KeyClaim | null;
  /** The entries of acts in the order of their commits. */
  committed: EntryId[];
  /** True once the answer was stored together with the act. */
  answered: { stored: boolean };
}>;

/** The scope of a request that has just begun. */
export const beginScope = (claim: KeyClaim | null = null): RequestScope => ({
  claim,
  committed: [],
  answered: { stored: false },
});
