-- Which numbers of each source have arrived in the log. Derived with the search, and rebuilt with it. A source numbers its entries from 1; its
-- heartbeats say up to where all numbers are settled, and which of them no entry was committed with ("voided").
create table tlog.source (
  id text collate "C" not null,
  boot text collate "C" not null,
  -- How many entries arrived.
  arrived bigint not null default 0,
  -- The numbers that arrived or are voided, together: soon one range, however many were voided.
  accounted int8multirange not null default '{}',
  settled bigint not null default 0,
  -- What entries have named as missing already.
  reported int8multirange not null default '{}',
  missing int8multirange not null generated always as (int8multirange(int8range(1, greatest(settled, 0) + 1)) - accounted) stored,
  first_seq bigint not null,
  last_seen timestamptz not null,
  ended boolean not null default false,
  primary key (id, boot)
);
create index source_missing on tlog.source (id, boot) where not isempty(missing);
create index source_seen on tlog.source (last_seen);

-- "17-19,23" as ranges; whatever is written otherwise is none.
create function tlog.ranges_of(said text) returns int8multirange language sql immutable parallel safe
  return case when said ~ '^[0-9]{1,15}(-[0-9]{1,15})?(,[0-9]{1,15}(-[0-9]{1,15})?)*$' then (
    select coalesce(range_agg(int8range(least(a, b), greatest(a, b), '[]')), '{}') from (
      select split_part(part, '-', 1)::bigint as a, coalesce(nullif(split_part(part, '-', 2), ''), split_part(part, '-', 1))::bigint as b
      from unnest(string_to_array(said, ',')) as part) as parts) else '{}'::int8multirange end;

create function tlog.say_ranges(said int8multirange) returns text language sql immutable parallel safe
  return (select coalesce(string_agg(case when upper(part) - lower(part) = 1 then lower(part)::text else lower(part) || '-' || upper(part) - 1 end, ',' order by lower(part)), '') from unnest(said) as part);

create function tlog.count_ranges(said int8multirange) returns bigint language sql immutable parallel safe
  return (select coalesce(sum(upper(part) - lower(part)), 0)::bigint from unnest(said) as part);

-- A whole number from 1 that an entry holds, else null.
create function tlog.number_in(j jsonb) returns bigint language sql immutable parallel safe
  return case when jsonb_typeof(j) = 'number' and (j #>> '{}') ~ '^[0-9]{1,15}$' then (j #>> '{}')::bigint end;

-- What goes along with acts and is no act: reads, and the heartbeats of sources.
create function tlog.is_quiet(action text) returns boolean language sql immutable parallel safe
  return coalesce(action like '%.read' or action = 'source.heartbeat', false);

-- What the entries from a to b - 1 say of their sources.
create function tlog.take_sources(a bigint, b bigint) returns void language plpgsql security definer set search_path = tlog, pg_temp as $$
begin
  with said as materialized (
    select e.seq, e.sequenced_at, left(j #>> '{src,id}', 200) as id, left(j #>> '{src,boot}', 200) as boot, tlog.number_in(j #> '{src,seq}') as n,
      j ->> 'action' as action, j -> 'details' as details
    from entry e, lateral (select convert_from(e.entry, 'UTF8')::jsonb as j offset 0) parsed
    where e.seq >= a and e.seq < b and position('"src":'::bytea in e.entry) > 0
  ), told as (
    select id, boot, count(*) as arrived, range_agg(int8range(n, n + 1)) as numbers, min(seq) as first_seq, max(sequenced_at) as seen from said
      where id is not null and boot is not null and n > 0 group by id, boot
  ), beats as (
    -- A source speaks for itself alone.
    select id, boot, max(number_in(details -> 'settled')) as settled, bool_or(details -> 'ended' = 'true'::jsonb) as ended,
      range_agg(ranges_of(details ->> 'voided')) as voided from said
      where action = 'source.heartbeat' and details ->> 'source' = id and details ->> 'boot' = boot group by id, boot
  )
  insert into source as old (id, boot, arrived, accounted, settled, first_seq, last_seen, ended)
    select t.id, t.boot, t.arrived, t.numbers + coalesce(h.voided, '{}'), coalesce(h.settled, 0), t.first_seq, t.seen, coalesce(h.ended, false)
    from told t left join beats h using (id, boot) order by t.id, t.boot
  on conflict (id, boot) do update set arrived = old.arrived + excluded.arrived, accounted = old.accounted + excluded.accounted,
    settled = greatest(old.settled, excluded.settled), last_seen = greatest(old.last_seen, excluded.last_seen), ended = old.ended or excluded.ended;
  update source s set reported = s.reported + g.missing from (
    select left(j #>> '{details,source}', 200) as id, left(j #>> '{details,boot}', 200) as boot, range_agg(ranges_of(j #>> '{details,missing}')) as missing
    from search r join entry e using (seq), lateral (select convert_from(e.entry, 'UTF8')::jsonb as j offset 0) parsed
    where r.seq >= a and r.seq < b and r.action = 'source.gap' group by 1, 2) as g
  where s.id = g.id and s.boot = g.boot;
end $$;

-- As before, and: heartbeats count as reads, and what entries say of their sources is kept.
create or replace function tlog.index_batch(lim int) returns bigint language plpgsql security definer set search_path = tlog, pg_temp as $$
declare a bigint; b bigint;
begin
  select upto into a from indexed for update;
  select least(size, a + lim) into b from head;
  if b <= a then return a; end if;
  with row as (
    insert into search (seq, ts, action, outcome, is_read, actor_id, actor_label, target_id, certificate_id, ip, words)
      select e.seq, case when pg_input_is_valid(j ->> 'ts', 'timestamptz') then (j ->> 'ts')::timestamptz else e.sequenced_at end,
        left(coalesce(j ->> 'action', ''), 100), left(coalesce(j ->> 'outcome', ''), 100), is_quiet(j ->> 'action'),
        left(j #>> '{actor,id}', 200), left(j #>> '{actor,label}', 200), left(j #>> '{target,id}', 200),
        left(j #>> '{credential,certificateId}', 200),
        case when pg_input_is_valid(j #>> '{origin,ip}', 'inet') then (j #>> '{origin,ip}')::inet end, words_in(j)
      from entry e, lateral (select convert_from(e.entry, 'UTF8')::jsonb as j offset 0) parsed
      where e.seq >= a and e.seq < b order by e.seq
    returning seq, ts
  )
  insert into span as s (block, first_ts, last_ts) select seq >> 12, min(ts), max(ts) from row group by 1
    on conflict (block) do update set first_ts = least(s.first_ts, excluded.first_ts), last_ts = greatest(s.last_ts, excluded.last_ts);
  perform take_sources(a, b);
  update indexed set upto = b;
  return b;
end $$;

create or replace function tlog.rebuild_search() returns void language plpgsql security definer set search_path = tlog, pg_temp as $$
begin
  perform from indexed for update;
  truncate search, span, source;
  update indexed set upto = 0;
end $$;

revoke all on function tlog.ranges_of(text), tlog.say_ranges(int8multirange), tlog.count_ranges(int8multirange), tlog.number_in(jsonb), tlog.is_quiet(text), tlog.take_sources(bigint, bigint) from public;
grant select on tlog.source to chancery_app;
grant execute on function tlog.say_ranges(int8multirange), tlog.count_ranges(int8multirange), tlog.is_quiet(text) to chancery_app;
