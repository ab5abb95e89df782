import { dayMs } from "@/lib/format/time-units";
import { sha256 } from "@/lib/format/hash";
import { AppError } from "@/lib/errors/app-error";
import type { Deps } from "@/lib/runtime/deps";

type Needs = Pick<Deps, "db" | "clock">;
export type Remembered = Readonly<{ status: number; body: unknown }>;
export type IdempotentRequest = Readonly<{ actorId: string; key: string; requestHash: Uint8Array }>;

/** A key is good for a day; after that it is a new one. */
const keyLifeMs = dayMs;
/** A request that has been at work for so long has died with its process. */
const reservationMs = 10 * 60_000;
const keyPattern = /^[\x21-\x7e]{1,255}$/;

/**
 * Reads the header. Throws `idempotency.bad-key` unless it is 1 to 255 visible ASCII characters.
 */
export function idempotencyKeyOf(header: string | undefined): string | null {
  if (header === undefined) return null;
  if (!keyPattern.test(header))
    throw new AppError(
      "idempotency.bad-key",
      "Idempotency-Key is 1 to 255 visible ASCII characters without blanks. A UUID does well.",
    );
  return header;
}

/**
 * What tells one request from another under the same key. `secret` fields are left out: a stored
 * hash must not help to guess them.
 */
export function requestHashOf(
  method: string,
  path: string,
  body: unknown,
  secret: readonly string[] = [],
): Uint8Array {
  const text = JSON.stringify(body, (name, value: unknown) =>
    secret.includes(name) ? null : sorted(value),
  );
  return new Uint8Array(sha256(`${method} ${path}\n${text}`));
}

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Claims a key for one request. Null: go on, then `finishIdempotent` or `abandonIdempotent`.
 * Otherwise the answer that was given before. Throws `idempotency.mismatch` (422) for another
 * request under the key, `idempotency.running` or `.interrupted` (409) while there is no answer.
 */
export async function beginIdempotent(
  deps: Needs,
  request: IdempotentRequest,
): Promise<Remembered | null> {
  const { actorId, key, requestHash } = request;
  const now = deps.clock.now();
  const { rowCount } = await deps.db.pool.query({
    name: "claim-idempotency-key",
    text: `insert into idempotency_key as k (actor_id, key, request_hash, created_at) values ($1, $2, $3, $4)
      on conflict (actor_id, key) do update set request_hash = $3, created_at = $4, status = null, body = null where k.created_at < $5`,
    values: [actorId, key, Buffer.from(requestHash), now, new Date(now.getTime() - keyLifeMs)],
  });
  if (rowCount === 1) return null;
  const { rows } = await deps.db.pool.query<{
    request_hash: Buffer;
    status: number | null;
    body: unknown;
    created_at: Date;
  }>({
    name: "find-idempotency-key",
    text: "select request_hash, status, body, created_at from idempotency_key where actor_id = $1 and key = $2",
    values: [actorId, key],
  });
  const row = rows[0];
  if (row === undefined) throw running();
  if (!row.request_hash.equals(requestHash))
    throw new AppError(
      "idempotency.mismatch",
      "This Idempotency-Key was used for another request. Use a new key for a new request.",
    );
  if (row.status !== null) return { status: row.status, body: row.body };
  if (now.getTime() - row.created_at.getTime() < reservationMs) throw running();
  throw new AppError(
    "idempotency.interrupted",
    "The first request with this key was interrupted. Look up whether it took effect, then send a new key.",
  );
}

/** Stores the answer for repeated requests with the key. */
export async function finishIdempotent(
  deps: Needs,
  request: IdempotentRequest,
  answer: Remembered,
): Promise<void> {
  await deps.db.pool.query({
    name: "finish-idempotency-key",
    text: "update idempotency_key set status = $3, body = $4 where actor_id = $1 and key = $2",
    values: [request.actorId, request.key, answer.status, JSON.stringify(answer.body)],
  });
}

/** Gives the key back after a refusal: nothing happened, so the same request may be tried again. */
export async function abandonIdempotent(deps: Needs, request: IdempotentRequest): Promise<void> {
  await deps.db.pool.query({
    name: "abandon-idempotency-key",
    text: "delete from idempotency_key where actor_id = $1 and key = $2 and status is null",
    values: [request.actorId, request.key],
  });
}

const running = () =>
  new AppError(
    "idempotency.running",
    "The first request with this key is still at work. Ask again in a moment.",
    { retryAfterSeconds: 1 },
  );
