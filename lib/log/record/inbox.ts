import { checkViolation, isInDoubt } from "@/lib/db/errors";
import { AppError } from "@/lib/errors/app-error";

/** An encoded entry, with the keys by which it is found in the inbox: its own id and its target's. */
export type EncodedEntry = Readonly<{ bytes: Uint8Array; id: string; targetId: string | null }>;

/** Concatenated entries: one value is much cheaper to send and parse than an array of bytea. */
export type JoinedEntries = Readonly<{
  bytes: Buffer;
  offsets: number[];
  lengths: number[];
  ids: string[];
  targets: (string | null)[];
}>;

/** Concatenates entries. Offsets are 1-based, as in PostgreSQL. */
export function joinEntries(entries: readonly EncodedEntry[]): JoinedEntries {
  const offsets: number[] = [];
  const lengths: number[] = [];
  let next = 1;
  for (const { bytes } of entries) {
    offsets.push(next);
    lengths.push(bytes.length);
    next += bytes.length;
  }
  return {
    bytes: Buffer.concat(entries.map(({ bytes }) => bytes)),
    offsets,
    lengths,
    ids: entries.map(({ id }) => id),
    targets: entries.map(({ targetId }) => targetId),
  };
}

/**
 * The insert into the inbox; `select` yields bytes, id and target id. Within a transaction, entry
 * numbers follow the order of insertion. Issuing embeds it in its own statements, because one
 * statement is one round trip (decision 6).
 */
export const insertIntoInbox = (select: string): string =>
  `insert into tlog.inbox (entry, entry_id, target_id) ${select}`;

/** Inserts joined entries in their order. */
export const insertEntriesStatement = {
  name: "log-append",
  text: insertIntoInbox(
    "select substr($1::bytea, o, l), i, t from unnest($2::int[], $3::int[], $4::text[], $5::text[]) as part (o, l, i, t) order by o",
  ),
};

/** The parameters of `insertEntriesStatement`. */
export const insertEntriesValues = ({
  bytes,
  offsets,
  lengths,
  ids,
  targets,
}: JoinedEntries): [Buffer, number[], number[], string[], (string | null)[]] => [
  bytes,
  offsets,
  lengths,
  ids,
  targets,
];

/**
 * The error for an action whose entry could not be written, so that the action was not done: AppError
 * `log.halted` if the log is halted and accepts no changes, else `record.unavailable`.
 */
export function recordUnavailable(cause: unknown): AppError {
  if (checkViolation(cause) === "log_is_halted")
    return new AppError(
      "log.halted",
      "The audit log is halted because entries that it signed are missing or differ. Until an administrator decides, certificates can only be revoked or put on hold, and people can sign in. An administrator has to restore the entries or continue the log; the audit log's page shows what is missing.",
      { retryAfterSeconds: 60, cause },
    );
  return new AppError(
    "record.unavailable",
    "The action could not be recorded in the audit log, so it was not done. Nothing has changed. Try again in a moment.",
    { retryAfterSeconds: 2, cause },
  );
}

/**
 * The error for an act whose commit failed. If the connection was lost meanwhile, nobody can say
 * whether it was committed: `outcome.unknown`. Else as `recordUnavailable`.
 */
export function commitFailed(cause: unknown): AppError {
  return isInDoubt(cause) ? outcomeUnknown(cause) : recordUnavailable(cause);
}

const outcomeUnknown = (cause: unknown): AppError =>
  new AppError(
    "outcome.unknown",
    "The connection to the database was lost while the change was being saved, so it isn't known whether it took effect. Check before you try again. Over the API, repeat the request with the same Idempotency-Key: it gets the outcome, and nothing is done twice.",
    { retryAfterSeconds: 2, cause },
  );
