import { AppError } from "@/lib/errors/app-error";
import type { KeyClaim, StoredAnswer } from "@/lib/log/request-scope";

/** What is noted under the key: the act's entry, what it is about, and the answer if it is known. */
export type ClaimMark = Readonly<{
  entryId: string;
  targetId: string | null;
  answer: StoredAnswer | null;
}>;

/**
 * Notes an act under its Idempotency-Key, within the act's transaction. No row is changed where the
 * claim was taken over; the transaction must then be rolled back.
 */
export const markClaimStatement = {
  name: "mark-idempotency-key",
  text: `update idempotency_key set entry_id = $4, target_id = $5, status = coalesce($6::int, status), body = coalesce($7::jsonb, body)
    where actor_id = $1 and key = $2 and claim = $3`,
} as const;

export const markClaimValues = (
  { actorId, key, claim }: KeyClaim,
  { entryId, targetId, answer }: ClaimMark,
): [string, string, string, string, string | null, number | null, string | null] => [
  actorId,
  key,
  claim,
  entryId,
  targetId,
  answer && answer.status,
  answer && JSON.stringify(answer.body),
];

/** For a run whose claim another run of the same request has taken over. It has changed nothing. */
export const claimTakenOver = (): AppError =>
  new AppError(
    "idempotency.taken-over",
    "This request took so long that a repeated request with the same Idempotency-Key took over. Nothing was done here; the repeated request has the outcome.",
  );
