import { dayMs } from "@/lib/format/time-units";
import { sha256 } from "@/lib/format/hash";
import { AppError } from "@/lib/errors/app-error";
import type { KeyClaim, StoredAnswer } from "@/lib/log/request-scope";
import type { Deps } from "@/lib/runtime/deps";

type Needs = Pick<Deps, "db" | "clock" | "random">;
export type IdempotentRequest = Readonly<{
  actorId: string;
  key: string;
  requestHash: Uint8Array;
  answerOf: KeyClaim["answerOf"];
}>;

/** The act that an earlier run committed, whose answer is not stored. */
export type EarlierAct = Readonly<{ entryId: string; targetId: string | null }>;

/**
 * What is known under a key: the answer, or that nothing was done and this run may act (`act` is
 * null), or what an earlier run did before it was gone.
 */
export type BegunRequest =
  | Readonly<{ answer: StoredAnswer; claim: null }>
  | Readonly<{ answer: null; claim: KeyClaim; act: EarlierAct | null }>;

/** A key is good for a day; after that it is a new one. */
const keyLifeMs = dayMs;
/** A run that has been at work for so long is hung; if it goes on later, it can't commit. */
const leaseSeconds = 10;
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

/** Claims that runs of this process gave up without an answer: the next request may take them. */
const givenUp = new Set<string>();
const maxGivenUp = 10_000;

function noteGivenUp(claim: string): void {
  if (givenUp.size >= maxGivenUp) givenUp.clear();
  givenUp.add(claim);
}

/**
 * Claims a key for one run of a request. A key whose run is gone is taken over: at once if its
 * process ended or gave up, after ten seconds if it hangs. Throws `idempotency.mismatch` (422) for
 * another request under the key, `idempotency.running` (409) while the first run is at work.
 */
export async function beginIdempotent(
  deps: Needs,
  request: IdempotentRequest,
): Promise<BegunRequest> {
  const { actorId, key, answerOf } = request;
  const claim = Buffer.from(deps.random.bytes(16)).toString("base64url");
  const own: KeyClaim = { actorId, key, claim, answerOf };
  if (await insertClaim(deps, request, claim)) return { answer: null, claim: own, act: null };
  const row = await findKeyRow(deps, request);
  if (row === undefined) throw running();
  if (!row.request_hash.equals(request.requestHash))
    throw new AppError(
      "idempotency.mismatch",
      "This Idempotency-Key was used for another request. Use a new key for a new request.",
    );
  if (row.status !== null) return { answer: { status: row.status, body: row.body }, claim: null };
  if (!row.gone && !givenUp.has(row.claim ?? "")) throw running();
  const taken = await takeOver(deps, request, row.claim, claim);
  if (taken === null) throw running();
  givenUp.delete(row.claim ?? "");
  const { entry_id: entryId, target_id: targetId } = taken;
  return { answer: null, claim: own, act: entryId === null ? null : { entryId, targetId } };
}

type KeyRow = Readonly<{
  request_hash: Buffer;
  status: number | null;
  body: unknown;
  claim: string | null;
  gone: boolean;
}>;

async function insertClaim(
  { db, clock }: Needs,
  { actorId, key, requestHash }: IdempotentRequest,
  claim: string,
): Promise<boolean> {
  const now = clock.now();
  const { rowCount } = await db.pool.query({
    name: "claim-idempotency-key",
    text: `insert into idempotency_key as k (actor_id, key, request_hash, created_at, claim, backend)
      values ($1, $2, $3, $4, $5, pg_backend_pid())
      on conflict (actor_id, key) do update set request_hash = $3, created_at = $4, claim = $5, claimed_at = now(),
        backend = pg_backend_pid(), status = null, body = null, entry_id = null, target_id = null
      where k.created_at < $6`,
    values: [
      actorId,
      key,
      Buffer.from(requestHash),
      now,
      claim,
      new Date(now.getTime() - keyLifeMs),
    ],
  });
  return rowCount === 1;
}

// The process that made a claim is gone when the server process of its connection is: PostgreSQL
// ends that as soon as its client exits. A later server process may have the same number.
async function findKeyRow(
  { db }: Needs,
  { actorId, key }: IdempotentRequest,
): Promise<KeyRow | undefined> {
  const { rows } = await db.pool.query<KeyRow>({
    name: "find-idempotency-key",
    text: `select request_hash, status, body, claim, claimed_at < now() - make_interval(secs => $3)
        or not exists (select from pg_stat_activity a where a.pid = k.backend and a.backend_start <= k.claimed_at) as gone
      from idempotency_key k where actor_id = $1 and key = $2`,
    values: [actorId, key, leaseSeconds],
  });
  return rows[0];
}

/**
 * Takes the key from a run that is gone. Waits for a commit of that run that the server is still
 * working on; every later one fails. Null if another run was faster.
 */
async function takeOver(
  { db }: Needs,
  { actorId, key }: IdempotentRequest,
  from: string | null,
  to: string,
): Promise<Readonly<{ entry_id: string | null; target_id: string | null }> | null> {
  const { rows } = await db.pool.query<{ entry_id: string | null; target_id: string | null }>({
    name: "take-idempotency-key",
    text: `update idempotency_key set claim = $4, claimed_at = now(), backend = pg_backend_pid()
      where actor_id = $1 and key = $2 and claim is not distinct from $3 and status is null returning entry_id, target_id`,
    values: [actorId, key, from, to],
  });
  return rows[0] ?? null;
}

/** Forgets what an earlier run did, because it was undone: this run may act. */
export async function forgetEarlierAct(deps: Pick<Deps, "db">, claim: KeyClaim): Promise<void> {
  const { rowCount } = await deps.db.pool.query({
    name: "forget-idempotent-act",
    text: `update idempotency_key set entry_id = null, target_id = null
      where actor_id = $1 and key = $2 and claim = $3 and status is null`,
    values: [claim.actorId, claim.key, claim.claim],
  });
  if (rowCount !== 1) throw running();
}

/**
 * Stores the answer for repeated requests with the key. Never throws: the act is committed and
 * noted under the key, so a repeated request gets its answer from what was done.
 */
export async function finishIdempotent(
  deps: Pick<Deps, "db">,
  { actorId, key, claim }: KeyClaim,
  answer: StoredAnswer,
): Promise<void> {
  try {
    await deps.db.pool.query({
      name: "finish-idempotency-key",
      text: "update idempotency_key set status = $4, body = $5 where actor_id = $1 and key = $2 and claim = $3",
      values: [actorId, key, claim, answer.status, JSON.stringify(answer.body)],
    });
  } catch {
    noteGivenUp(claim);
  }
}

/**
 * Gives the key back after an error. `settled`: the error is final, so the key is free for any
 * request. Otherwise an act that was committed stays noted, for the next request with the key to
 * finish or to undo. Never throws: what can't be given back now is taken over later.
 */
export async function abandonIdempotent(
  deps: Pick<Deps, "db">,
  { actorId, key, claim }: KeyClaim,
  settled: boolean,
): Promise<void> {
  try {
    const values = [actorId, key, claim];
    const { rowCount } = await deps.db.pool.query({
      name: "abandon-idempotency-key",
      text: `delete from idempotency_key where actor_id = $1 and key = $2 and claim = $3 and status is null
        and (entry_id is null or $4)`,
      values: [...values, settled],
    });
    if (rowCount === 0)
      await deps.db.pool.query({
        name: "release-idempotency-key",
        text: "update idempotency_key set backend = 0 where actor_id = $1 and key = $2 and claim = $3",
        values,
      });
  } catch {
    noteGivenUp(claim);
  }
}

const running = () =>
  new AppError(
    "idempotency.running",
    "The first request with this key is still at work. Ask again in a moment.",
    { retryAfterSeconds: 1 },
  );
