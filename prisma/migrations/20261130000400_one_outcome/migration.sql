-- An Idempotency-Key is marked in the transaction of the act that was requested under it: whoever
-- repeats the request learns whether it was done, whatever became of the process that ran it.
-- `claim` names the run that may act under the key. A run whose claim was taken over can't commit.
-- A claim can be taken over once the connection that made it is gone (`backend`), or after ten seconds.
alter table idempotency_key
  add column claim text,
  add column claimed_at timestamptz(6) not null default now(),
  add column backend integer,
  add column entry_id text,
  add column target_id text;
-- Requests that were at work under an earlier version: their connections are gone.
update idempotency_key set backend = 0 where status is null;
revoke all on public.idempotency_key from chancery_app;
grant select, insert ("actor_id", "key", "request_hash", "created_at", "claim", "backend"), update ("request_hash", "status", "body", "created_at", "claim", "claimed_at", "backend", "entry_id", "target_id"), delete on public.idempotency_key to chancery_app;
