-- The log. Entries arrive in tlog.inbox inside the transaction of the act, are moved in order into tlog.entry by one sequencer,
-- and are then indexed into tlog.search, which is derived and can be rebuilt at any time.
do $$ begin
  if not exists (select from pg_roles where rolname = 'chancery_app') then create role chancery_app nologin; end if;
end $$;

create schema tlog;

-- target, entry_id and leaf_hash are computed from the bytes themselves, so a column can never disagree with what is hashed.
create table tlog.inbox (
  id bigint generated always as identity (cache 1) primary key,
  xid xid8 not null default pg_current_xact_id(),
  entry bytea not null check (octet_length(entry) between 2 and 65535),
  entry_id text not null generated always as ((convert_from(entry, 'UTF8')::jsonb) ->> 'id') stored,
  target text generated always as ((convert_from(entry, 'UTF8')::jsonb) #>> '{target,id}') stored,
  leaf_hash bytea not null generated always as (sha256('\x00'::bytea || entry)) stored
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);
create index inbox_xid on tlog.inbox (xid);
create index inbox_entry_id on tlog.inbox (entry_id);

create table tlog.entry (
  seq bigint not null,
  entry_id text not null,
  leaf_hash bytea not null check (octet_length(leaf_hash) = 32),
  entry bytea not null,
  sequenced_at timestamptz not null default clock_timestamp(),
  primary key (seq)
) partition by range (seq);
create index entry_id on tlog.entry (entry_id);

create table tlog.head (
  one boolean primary key default true check (one),
  size bigint not null default 0,
  indexed bigint not null default 0
);
insert into tlog.head default values;

create table tlog.search (
  seq bigint primary key,
  entry_id text not null,
  ts timestamptz not null,
  action text not null,
  outcome text not null,
  reason text,
  is_read boolean not null,
  actor_kind text not null,
  actor_id text,
  actor_label text,
  target_kind text,
  target_id text,
  target_label text,
  certificate_id text,
  serial text,
  ip inet,
  request_id text,
  correlation_id text,
  words tsvector not null
);
create index search_ts on tlog.search (ts desc, seq desc);
create index search_target on tlog.search (target_id, seq desc);
create index search_certificate on tlog.search (certificate_id, seq desc) where certificate_id is not null;
create index search_serial on tlog.search (serial, seq desc) where serial is not null;
create index search_actor on tlog.search (actor_id, seq desc);
create index search_action on tlog.search (action, seq desc);
create index search_outcome on tlog.search (outcome, seq desc) where outcome <> 'success';
create index search_acts on tlog.search (seq desc) where not is_read;
create index search_ip on tlog.search using gist (ip inet_ops);
create index search_words on tlog.search using gin (words);

create function tlog.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the log is append-only: % on %.% is refused', tg_op, tg_table_schema, tg_table_name using errcode = '42501';
end $$;

-- Guards do not reach partitions by inheritance (TRUNCATE) or survive DETACH (cloned row triggers): each partition gets its own.
create function tlog.guard(place regclass) returns void language plpgsql as $$
begin
  execute format('create trigger no_change before update or delete on %s for each row execute function tlog.refuse_change()', place);
  execute format('create trigger no_truncate before truncate on %s for each statement execute function tlog.refuse_change()', place);
  execute format('alter table %s enable always trigger no_change', place);
  execute format('alter table %s enable always trigger no_truncate', place);
end $$;

create function tlog.ensure_partition(upto bigint) returns void language plpgsql security definer set search_path = tlog, pg_temp as $$
declare width constant bigint := 10000000; n bigint := upto / width; place text := format('entry_p%s', lpad(n::text, 6, '0'));
begin
  if to_regclass('tlog.' || place) is not null then return; end if;
  execute format('create table tlog.%I partition of tlog.entry for values from (%s) to (%s)', place, n * width, (n + 1) * width);
  perform tlog.guard(format('tlog.%I', place)::regclass);
end $$;

create trigger no_truncate before truncate on tlog.entry for each statement execute function tlog.refuse_change();
alter table tlog.entry enable always trigger no_truncate;
create trigger no_truncate before truncate on tlog.inbox for each statement execute function tlog.refuse_change();
alter table tlog.inbox enable always trigger no_truncate;
create trigger no_update before update on tlog.inbox for each row execute function tlog.refuse_change();
alter table tlog.inbox enable always trigger no_update;
select tlog.ensure_partition(0);

-- Moves up to lim entries into the log with dense numbers; the head row's lock keeps it to one sequencer at a time.
-- Consuming by delete needs no cursor: an entry that commits late simply gets a later number. Returns the new size.
create function tlog.sequence_batch(lim int) returns bigint language plpgsql security definer set search_path = tlog, pg_temp as $$
declare n int; s bigint;
begin
  select size into s from head for update;
  perform ensure_partition(s + lim);
  with taken as (
    delete from inbox where id = any(array(select id from inbox order by id limit lim)) returning id, entry_id, leaf_hash, entry
  )
  insert into entry (seq, entry_id, leaf_hash, entry)
    select s + row_number() over (order by id) - 1, entry_id, leaf_hash, entry from taken;
  get diagnostics n = row_count;
  if n > 0 then
    update head set size = s + n;
    perform pg_notify('chancery_log', (s + n)::text);
  end if;
  return s + n;
end $$;

-- Derives the search rows of up to lim entries, in order. Returns how far the index has come.
create function tlog.index_batch(lim int) returns bigint language plpgsql security definer set search_path = tlog, pg_temp as $$
declare a bigint; b bigint;
begin
  select indexed, least(size, indexed + lim) into a, b from head for update;
  insert into search
    select e.seq, e.entry_id, (j ->> 'ts')::timestamptz, j ->> 'action', j ->> 'outcome', j ->> 'reason',
      (j ->> 'action') like '%.read', coalesce(j #>> '{actor,kind}', 'anonymous'), j #>> '{actor,id}', j #>> '{actor,label}',
      j #>> '{target,kind}', j #>> '{target,id}', j #>> '{target,label}', j #>> '{credential,certificateId}',
      j #>> '{credential,serial}', (nullif(j #>> '{origin,ip}', ''))::inet, j ->> 'requestId', j ->> 'correlationId',
      to_tsvector('simple', concat_ws(' ', j ->> 'action', replace(j ->> 'action', '.', ' '), j ->> 'outcome', j ->> 'reason', j #>> '{actor,label}', j #>> '{actor,id}',
        j #>> '{target,label}', j #>> '{target,id}', j #>> '{credential,serial}', j #>> '{origin,ip}', j #>> '{origin,userAgent}', j ->> 'details'))
    from entry e, lateral (select convert_from(e.entry, 'UTF8')::jsonb as j) parsed
    where e.seq >= a and e.seq < b
    on conflict (seq) do nothing;
  update head set indexed = b where indexed <> b;
  return b;
end $$;

-- What is committed but not sequenced yet, up to an id: lets a search wait for what its caller has already seen happen.
create function tlog.inbox_newest() returns bigint language sql security definer set search_path = tlog, pg_temp as
  $$ select coalesce(max(id), 0) from inbox $$;
create function tlog.inbox_holds(upto bigint) returns boolean language sql security definer set search_path = tlog, pg_temp as
  $$ select exists (select from inbox where id <= upto) $$;

-- The bytes of entries by id, sequenced or not: how the signer sees for itself that a plan is on the record.
create function tlog.find_entries(ids text[]) returns table (entry_id text, entry bytea) language sql stable security definer set search_path = tlog, pg_temp as
  $$ select i.entry_id, i.entry from inbox i where i.entry_id = any(ids)
     union all select e.entry_id, e.entry from entry e where e.entry_id = any(ids) $$;

create function tlog.rebuild_search() returns void language plpgsql security definer set search_path = tlog, pg_temp as $$
begin
  perform from head for update;
  delete from search;
  update head set indexed = 0;
end $$;

revoke all on schema tlog from public;
revoke all on all functions in schema tlog from public;
grant usage on schema tlog to chancery_app;
grant insert (entry) on tlog.inbox to chancery_app;
grant select on tlog.entry, tlog.head, tlog.search to chancery_app;
grant execute on function tlog.sequence_batch(int), tlog.index_batch(int), tlog.inbox_newest(), tlog.inbox_holds(bigint), tlog.find_entries(text[]),
  tlog.rebuild_search() to chancery_app;
