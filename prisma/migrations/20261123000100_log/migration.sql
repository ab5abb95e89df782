-- The log. Entries arrive in tlog.inbox inside the transaction of the act, are moved in order into tlog.entry by one sequencer,
-- and are then indexed into tlog.search, which is derived and can be rebuilt at any time. Needs PostgreSQL 17 or newer.
do $$ begin
  if not exists (select from pg_roles where rolname = 'chancery_app') then create role chancery_app nologin; end if;
end $$;

create schema tlog;

-- The id of an entry and the id of its target, read from the bytes in one pass. The encoding of a database never changes, so
-- immutable is true. Bytes that are not JSON, or that jsonb cannot hold (U+0000), are refused here and never reach the log.
create function tlog.names_in(entry bytea) returns text[] language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp as $$
declare j jsonb := convert_from(entry, 'UTF8')::jsonb;
begin
  return array[j ->> 'id', j #>> '{target,id}'];
end $$;

-- named and leaf_hash are computed from the bytes, so no column can disagree with what is hashed.
create table tlog.inbox (
  id bigint generated always as identity (cache 1) primary key,
  xid xid8 not null default pg_current_xact_id(),
  entry bytea not null check (octet_length(entry) between 2 and 65535),
  named text[] collate "C" not null generated always as (tlog.names_in(entry)) stored
    check (named[1] is not null and octet_length(named[1]) <= 64 and octet_length(coalesce(named[2], '')) <= 1024),
  leaf_hash bytea not null generated always as (sha256('\x00'::bytea || entry)) stored
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);
create index inbox_xid on tlog.inbox (xid, (named[2]));
create index inbox_entry_id on tlog.inbox ((named[1]));

create table tlog.entry (
  seq bigint not null,
  entry_id text collate "C" not null,
  leaf_hash bytea not null check (octet_length(leaf_hash) = 32),
  entry bytea not null,
  sequenced_at timestamptz not null default clock_timestamp(),
  primary key (seq)
) partition by range (seq);
create index entry_id on tlog.entry (entry_id);

create table tlog.head (
  one boolean primary key default true check (one),
  size bigint not null default 0
);
insert into tlog.head default values;

-- How far the index has come. Apart from the head, so that indexing never holds up the sequencer.
create table tlog.indexed (
  one boolean primary key default true check (one),
  upto bigint not null default 0
);
insert into tlog.indexed default values;

create table tlog.search (
  seq bigint primary key,
  ts timestamptz not null,
  action text collate "C" not null,
  outcome text collate "C" not null,
  is_read boolean not null,
  actor_id text collate "C",
  actor_label text collate "C",
  target_id text collate "C",
  certificate_id text collate "C",
  ip inet,
  -- Words of the entry, and facts that are looked up whole, written '=serial' so that no word can be mistaken for one.
  words tsvector not null
);
-- Every search walks acts and reads apart, each newest or oldest first, and merges: few acts are found at once among many reads.
create index search_kind on tlog.search (is_read, seq);
create index search_target on tlog.search (target_id, is_read, seq) where target_id is not null;
create index search_certificate on tlog.search (certificate_id, is_read, seq) where certificate_id is not null;
create index search_actor on tlog.search (actor_id, is_read, seq) where actor_id is not null;
create index search_actor_label on tlog.search (actor_label, is_read, seq);
create index search_action on tlog.search (action, is_read, seq);
create index search_outcome on tlog.search (outcome, is_read, seq) where outcome <> 'success';
create index search_ip on tlog.search (ip, is_read, seq) where ip is not null;
create index search_words on tlog.search using gin (words);

-- The earliest and latest time in each block of 4,096 numbers. Numbers follow commits, times follow clocks: this turns a range of
-- time into an exact range of numbers, so that every search walks the log's own order.
create table tlog.span (
  block bigint primary key,
  first_ts timestamptz not null,
  last_ts timestamptz not null
);

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

-- Made apart and then attached: ATTACH lets readers and writers of the log go on, CREATE … PARTITION OF would wait for all of them.
create function tlog.ensure_partition(upto bigint) returns void language plpgsql security definer set search_path = tlog, pg_temp as $$
declare width constant bigint := 10000000; n bigint := upto / width; place text := format('entry_p%s', lpad(n::text, 6, '0'));
begin
  if to_regclass('tlog.' || place) is not null then return; end if;
  execute format('create table tlog.%I (like tlog.entry including all)', place);
  perform tlog.guard(format('tlog.%I', place)::regclass);
  execute format('alter table tlog.entry attach partition tlog.%I for values from (%s) to (%s)', place, n * width, (n + 1) * width);
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
    delete from inbox where id = any(array(select id from inbox order by id limit lim)) returning id, named[1] as entry_id, leaf_hash, entry
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

-- The words that a text is found by: runs of letters and digits, lower case, the same for indexing and for asking. A lexeme holds
-- at most 2,046 bytes, so a text that could have a longer word is gone through word by word.
create function tlog.words_of(said text) returns text[] language sql immutable parallel safe
  return case when octet_length(said) <= 2000
    then array_remove(regexp_split_to_array(lower(said collate pg_c_utf8), '[^[:alnum:]]+' collate pg_c_utf8), '')
    else array(select left(word, 500) from regexp_split_to_table(lower(said collate pg_c_utf8), '[^[:alnum:]]+' collate pg_c_utf8) as word where word <> '') end;

-- What an entry is found by. Digests that nobody types stay out: they would be half of the index.
create function tlog.words_in(j jsonb) returns tsvector language sql immutable parallel safe
  return array_to_tsvector(
    tlog.words_of(concat_ws(' ', j ->> 'action', j ->> 'outcome', j ->> 'reason', j #>> '{actor,id}', j #>> '{actor,label}',
      j #>> '{target,id}', j #>> '{target,label}', j #>> '{credential,serial}', j #>> '{credential,fingerprintSha256}',
      j #>> '{origin,ip}', j #>> '{origin,userAgent}', j ->> 'requestId',
      (select string_agg(v #>> '{}', ' ') from jsonb_path_query(case when jsonb_typeof(j -> 'details') = 'object'
        then (j -> 'details') - array['tbsSha256', 'spkiSha256', 'rulesSha256', 'sha256'] end, 'strict $.** ? (@.type() == "string" || @.type() == "number")', '{}', true) as v)))
    || array_remove(array['=' || left(j #>> '{credential,serial}', 64), '=' || left(j #>> '{details,serial}', 64)], null));

-- Derives the search rows of up to lim entries, in order. Nothing that an entry says can stop it: what does not parse is null.
-- Returns how far the index has come.
create function tlog.index_batch(lim int) returns bigint language plpgsql security definer set search_path = tlog, pg_temp as $$
declare a bigint; b bigint;
begin
  select upto into a from indexed for update;
  select least(size, a + lim) into b from head;
  if b <= a then return a; end if;
  with row as (
    insert into search (seq, ts, action, outcome, is_read, actor_id, actor_label, target_id, certificate_id, ip, words)
      select e.seq, case when pg_input_is_valid(j ->> 'ts', 'timestamptz') then (j ->> 'ts')::timestamptz else e.sequenced_at end,
        left(coalesce(j ->> 'action', ''), 100), left(coalesce(j ->> 'outcome', ''), 100), coalesce((j ->> 'action') like '%.read', false),
        left(j #>> '{actor,id}', 200), left(j #>> '{actor,label}', 200), left(j #>> '{target,id}', 200),
        left(j #>> '{credential,certificateId}', 200),
        case when pg_input_is_valid(j #>> '{origin,ip}', 'inet') then (j #>> '{origin,ip}')::inet end, words_in(j)
      from entry e, lateral (select convert_from(e.entry, 'UTF8')::jsonb as j offset 0) parsed
      where e.seq >= a and e.seq < b order by e.seq
    returning seq, ts
  )
  insert into span as s (block, first_ts, last_ts) select seq >> 12, min(ts), max(ts) from row group by 1
    on conflict (block) do update set first_ts = least(s.first_ts, excluded.first_ts), last_ts = greatest(s.last_ts, excluded.last_ts);
  update indexed set upto = b;
  return b;
end $$;

-- The words typed by a person, each to be found at a word's beginning; a word of one letter only whole. Null when there are none.
create function tlog.query_of(typed text) returns tsquery language sql immutable parallel safe
  return (select string_agg(quote_literal(word) || case when length(word) > 1 then ':*' else '' end, ' & ')::tsquery
    from unnest(tlog.words_of(typed)) as word);

-- A fact that is looked up whole.
create function tlog.whole(fact text) returns tsquery language sql immutable strict parallel safe return quote_literal(fact)::tsquery;

-- What is committed but not sequenced yet, up to an id: lets a search wait for what its caller has already seen happen.
create function tlog.inbox_newest() returns bigint language sql stable security definer set search_path = tlog, pg_temp as
  $$ select coalesce(max(id), 0) from inbox $$;
create function tlog.inbox_holds(upto bigint) returns boolean language sql stable security definer set search_path = tlog, pg_temp as
  $$ select exists (select from inbox where id <= upto) $$;

-- The bytes of entries by id, sequenced or not: how the signer sees for itself that a plan is on the record.
create function tlog.find_entries(ids text[]) returns table (entry_id text, entry bytea) language sql stable security definer set search_path = tlog, pg_temp as
  $$ select i.named[1], i.entry from inbox i where i.named[1] = any(ids)
     union all select e.entry_id, e.entry from entry e where e.entry_id = any(ids) $$;

-- Forgets the index; the indexer then makes it anew from the entries.
create function tlog.rebuild_search() returns void language plpgsql security definer set search_path = tlog, pg_temp as $$
begin
  perform from indexed for update;
  truncate search, span;
  update indexed set upto = 0;
end $$;

revoke all on schema tlog from public;
revoke all on all functions in schema tlog from public;
grant usage on schema tlog to chancery_app;
grant insert (entry) on tlog.inbox to chancery_app;
grant select on tlog.entry, tlog.head, tlog.indexed, tlog.search, tlog.span to chancery_app;
grant execute on function tlog.names_in(bytea), tlog.words_of(text), tlog.query_of(text), tlog.whole(text), tlog.sequence_batch(int), tlog.index_batch(int),
  tlog.inbox_newest(), tlog.inbox_holds(bigint), tlog.find_entries(text[]), tlog.rebuild_search() to chancery_app;
