-- The intake of what services report. A run of a source (identity, name, boot) numbers its events from 1; which numbers are stored is kept as ranges,
-- for ever, and changes in the same transaction as the inbox: a number is stored once, however often and from wherever it is sent.
create schema intake;
create table intake.run (
  key bigint generated always as identity primary key,
  identity_id text not null references identity (id),
  source text not null,
  boot text not null,
  accepted int8multirange not null default '{}',
  first_at timestamptz not null,
  last_at timestamptz not null,
  unique (identity_id, source, boot)
);
-- What stands under a number, so that another content is told from a repetition, and a repetition gets the same answer. Cleared away after weeks.
create table intake.receipt (
  run bigint not null references intake.run (key),
  seq bigint not null,
  digest bytea not null check (octet_length(digest) = 32),
  entry_id text collate "C" not null,
  at timestamptz not null,
  primary key (run, seq)
);
create index receipt_at on intake.receipt using brin (at);

-- Takes a batch, all of it or nothing: those numbers that are new go into the inbox in their order. `digests` are 32 bytes each, one after another;
-- `bytes` holds the entries, by offset (from 1) and length. Says {"state": "stored" | "differs" | "jump" | "gaps", …}; only "stored" stored anything.
create function intake.accept(who text, said_source text, said_boot text, now_at timestamptz, seqs bigint[], digests bytea, ids text[], targets text[],
  offsets int[], lengths int[], bytes bytea, most_jump bigint, most_gaps int) returns jsonb language plpgsql set search_path = intake, tlog, pg_temp as $$
declare r run%rowtype; differing bigint[]; highest bigint; known int8multirange;
begin
  insert into run (identity_id, source, boot, first_at, last_at) values (who, said_source, said_boot, now_at, now_at) on conflict do nothing;
  -- One batch of a run at a time; what the one before has stored is seen by the statements below.
  select * into r from run where identity_id = who and source = said_source and boot = said_boot for update;
  select array_agg(c.seq order by c.seq) into differing from unnest(seqs) with ordinality as e (seq, n) join receipt c on c.run = r.key and c.seq = e.seq
    where c.digest <> substr(digests, (32 * (n - 1) + 1)::int, 32);
  if differing is not null then return jsonb_build_object('state', 'differs', 'seqs', differing); end if;
  highest := coalesce(upper(r.accepted) - 1, 0);
  if (select max(seq) from unnest(seqs) as e (seq)) > highest + most_jump then return jsonb_build_object('state', 'jump', 'highest', highest); end if;
  known := r.accepted + (select range_agg(int8range(seq, seq + 1)) from unnest(seqs) as e (seq));
  if (select count(*) from unnest(known)) > most_gaps then return jsonb_build_object('state', 'gaps'); end if;
  insert into inbox (entry, entry_id, target_id)
    select substr(bytes, o, l), i, t from unnest(seqs, ids, targets, offsets, lengths) as e (seq, i, t, o, l) where not r.accepted @> e.seq order by e.seq;
  insert into receipt (run, seq, digest, entry_id, at)
    select r.key, e.seq, substr(digests, (32 * (n - 1) + 1)::int, 32), e.i, now_at from unnest(seqs, ids) with ordinality as e (seq, i, n) where not r.accepted @> e.seq;
  update run set accepted = known, last_at = now_at where key = r.key;
  known := int8multirange(int8range(1, upper(known))) - known;
  return jsonb_build_object('state', 'stored', 'missing', say_ranges(known), 'missingCount', count_ranges(known),
    'entries', (select coalesce(jsonb_agg(jsonb_build_array(c.seq, c.entry_id) order by c.seq), '[]') from receipt c where c.run = r.key and c.seq = any(seqs)));
end $$;

revoke all on function intake.accept(text, text, text, timestamptz, bigint[], bytea, text[], text[], int[], int[], bytea, bigint, int) from public;
grant usage on schema intake to chancery_app;
grant select, insert, update on intake.run to chancery_app;
grant select, insert, delete on intake.receipt to chancery_app;
grant execute on function intake.accept(text, text, text, timestamptz, bigint[], bytea, text[], text[], int[], int[], bytea, bigint, int) to chancery_app;
