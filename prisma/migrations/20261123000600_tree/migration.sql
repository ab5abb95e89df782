-- The provable log: a Merkle tree over tlog.entry, its tiles, the logs' keys (sealed) and the signed checkpoints. The application's role reads
-- these tables and changes them only through the functions below. What a superuser changes here is caught by the proofs, not by the database.

-- The first log and each continuation after a restore that lost entries. A continuation keeps the entries that are left and has an origin and
-- a key of its own, so nothing that the log before it signed is ever contradicted.
create table tlog.log (
  generation int primary key check (generation >= 1),
  origin text collate "C" not null unique check (origin ~ '^[!-*,-~]{1,200}$'),
  vkey text collate "C" not null,
  public_key bytea not null check (octet_length(public_key) = 32),
  sealed bytea not null,
  start_size bigint not null check (start_size >= 0),
  -- The last checkpoint of the log before that is remembered outside the database.
  previous_note text,
  opened_at timestamptz not null default clock_timestamp()
);
select tlog.guard('tlog.log'::regclass);

-- Full tiles only (C2SP tlog-tiles): 256 hashes each, never changed. What is not full yet is in the edge.
create table tlog.tile (
  level smallint not null check (level between 0 and 7),
  idx bigint not null check (idx >= 0),
  hashes bytea not null check (octet_length(hashes) = 8192),
  primary key (level, idx)
);
select tlog.guard('tlog.tile'::regclass);

-- How far the tree has come. edge[level + 1] holds the hashes of the last, partial tile of that level, left to right.
create table tlog.tree (
  one boolean primary key default true check (one),
  size bigint not null default 0,
  edge bytea[] not null default '{}'
);
insert into tlog.tree default values;

create table tlog.checkpoint (
  generation int not null references tlog.log,
  size bigint not null,
  root bytea not null check (octet_length(root) = 32),
  -- The signed note, with the cosignatures that it was published with.
  note text not null,
  signed_at timestamptz not null default clock_timestamp(),
  -- Null while the policy's quorum of witnesses has not cosigned it.
  published_at timestamptz,
  primary key (generation, size)
);
create index checkpoint_published on tlog.checkpoint (generation, size) where published_at is not null;

create table tlog.cosignature (
  generation int not null,
  size bigint not null,
  witness text collate "C" not null,
  line text not null,
  received_at timestamptz not null default clock_timestamp(),
  primary key (generation, size, witness)
);

-- What is known of each witness of the policy: the last size that it cosigned, and what went wrong last.
create table tlog.witness (
  name text collate "C" primary key,
  vkey text not null,
  url text,
  size bigint,
  cosigned_at timestamptz,
  error text,
  error_at timestamptz
);

-- RFC 3161 time-stamp tokens over the bytes of a published checkpoint's note text.
create table tlog.anchor (
  generation int not null,
  size bigint not null,
  authority text collate "C" not null,
  note text not null,
  token bytea not null,
  stamped_at timestamptz not null,
  primary key (generation, size, authority)
);
select tlog.guard('tlog.anchor'::regclass);

-- Work that takes long and is asked for by an entry: how far it is, for whoever watches. Nothing relies on it.
create table tlog.work (
  id text collate "C" primary key,
  kind text collate "C" not null,
  done bigint not null default 0,
  total bigint,
  note text not null default '',
  started_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz
);

-- Null while all is well; else why nothing is numbered or published any more: { code, message, origin, remembered, found }.
alter table tlog.head add column halted jsonb;

-- True if this call halted the log, false if it was halted already: its entry is written once.
create function tlog.halt(why jsonb) returns boolean language plpgsql security definer set search_path = tlog, pg_temp as $$
begin
  update head set halted = why where halted is null;
  return found;
end $$;

-- Opens the first log. Call it in the transaction that appends its entry. What goes on after a halt is tlog.continue_log.
create function tlog.open_log(new_origin text, new_vkey text, new_public_key bytea, new_sealed bytea, previous text) returns int
language plpgsql security definer set search_path = tlog, pg_temp as $$
declare why jsonb;
begin
  select halted into why from head for update;
  if why is not null then raise exception 'the log is halted: it can be continued, not opened' using errcode = '55000'; end if;
  if exists (select from log) then raise exception 'there is a log already' using errcode = '55000'; end if;
  insert into log (generation, origin, vkey, public_key, sealed, start_size, previous_note) values (1, new_origin, new_vkey, new_public_key, new_sealed, 0, previous);
  return 1;
end $$;

-- The tree grows by what the integrator computed: full tiles and the new edge. Refuses to start anywhere but where the tree ends.
create function tlog.grow_tree(from_size bigint, to_size bigint, new_edge bytea[], levels int[], idxs bigint[], tiles bytea[]) returns void
language plpgsql security definer set search_path = tlog, pg_temp as $$
begin
  perform from tree where size = from_size for update;
  if not found then raise exception 'the tree does not end at %', from_size using errcode = '40001'; end if;
  if to_size < from_size or to_size > (select size from head) then raise exception 'the tree cannot end at %', to_size using errcode = '22023'; end if;
  insert into tile (level, idx, hashes) select l, i, h from unnest(levels, idxs, tiles) as made (l, i, h);
  update tree set size = to_size, edge = new_edge;
end $$;

create function tlog.add_checkpoint(g int, s bigint, r bytea, n text) returns void language sql security definer set search_path = tlog, pg_temp as
  $$ insert into checkpoint (generation, size, root, note) values (g, s, r, n) on conflict do nothing $$;

create function tlog.publish_checkpoint(g int, s bigint, n text) returns void language plpgsql security definer set search_path = tlog, pg_temp as $$
begin
  update checkpoint set note = n, published_at = clock_timestamp() where generation = g and size = s and published_at is null;
  if found then perform pg_notify('chancery_checkpoint', s::text); end if;
end $$;

create function tlog.add_cosignature(g int, s bigint, w text, l text) returns void language sql security definer set search_path = tlog, pg_temp as
  $$ insert into cosignature (generation, size, witness, line) values (g, s, w, l) on conflict do nothing $$;

create function tlog.note_witness(w text, k text, u text, s bigint, problem text) returns void language sql security definer set search_path = tlog, pg_temp as $$
  insert into witness as old (name, vkey, url, size, cosigned_at, error, error_at)
    values (w, k, u, s, case when s is not null then clock_timestamp() end, problem, case when problem is not null then clock_timestamp() end)
  on conflict (name) do update set vkey = k, url = u, size = coalesce(s, old.size), cosigned_at = case when s is not null then clock_timestamp() else old.cosigned_at end,
    error = problem, error_at = case when problem is not null then clock_timestamp() else old.error_at end
$$;

create function tlog.forget_witnesses(kept text[]) returns void language sql security definer set search_path = tlog, pg_temp as
  $$ delete from witness where not name = any(kept) $$;

create function tlog.add_anchor(g int, s bigint, a text, n text, t bytea, stamped timestamptz) returns void language sql security definer set search_path = tlog, pg_temp as
  $$ insert into anchor (generation, size, authority, note, token, stamped_at) values (g, s, a, n, t, stamped) on conflict do nothing $$;

-- Checkpoints come each second; of those older than a day the last of each hour is kept.
create function tlog.thin_checkpoints() returns bigint language sql security definer set search_path = tlog, pg_temp as $$
  with kept as (
    select generation, max(size) as size from checkpoint where signed_at < now() - interval '1 day' group by generation, date_trunc('hour', signed_at)
    union select generation, size from anchor
  ), gone as (
    delete from checkpoint c where signed_at < now() - interval '1 day' and not exists (select from kept k where k.generation = c.generation and k.size = c.size)
      and size < (select max(size) from checkpoint) returning 1
  ), lines as (delete from cosignature s where received_at < now() - interval '1 day' and not exists (select from kept k where k.generation = s.generation and k.size = s.size))
  select count(*) from gone
$$;

-- Roughly how many entries wait to be numbered.
create function tlog.inbox_backlog() returns bigint language sql stable security definer set search_path = tlog, pg_temp as
  $$ select coalesce((select max(id) from inbox) - (select min(id) from inbox) + 1, 0) $$;

revoke all on all functions in schema tlog from public;
grant select on tlog.log, tlog.tile, tlog.tree, tlog.checkpoint, tlog.cosignature, tlog.witness, tlog.anchor to chancery_app;
grant select, insert, update, delete on tlog.work to chancery_app;
-- MAINTAIN lets the sequencer vacuum the inbox as it empties it.
grant maintain on tlog.inbox to chancery_app;
grant execute on function tlog.halt(jsonb), tlog.open_log(text, text, bytea, bytea, text), tlog.grow_tree(bigint, bigint, bytea[], int[], bigint[], bytea[]),
  tlog.add_checkpoint(int, bigint, bytea, text), tlog.publish_checkpoint(int, bigint, text), tlog.add_cosignature(int, bigint, text, text),
  tlog.note_witness(text, text, text, bigint, text), tlog.forget_witnesses(text[]), tlog.add_anchor(int, bigint, text, text, bytea, timestamptz),
  tlog.thin_checkpoints(), tlog.inbox_backlog() to chancery_app;
