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

create or replace function tlog.rebuild_search() returns void language plpgsql security definer set search_path = tlog, pg_temp as $$
begin
  perform from indexed for update;
  truncate search, span, source;
  update indexed set upto = 0;
end $$;

revoke all on function tlog.ranges_of(text), tlog.say_ranges(int8multirange), tlog.count_ranges(int8multirange), tlog.number_in(jsonb), tlog.is_quiet(text) from public;
grant select on tlog.source to chancery_app;
grant execute on function tlog.say_ranges(int8multirange), tlog.count_ranges(int8multirange), tlog.is_quiet(text) to chancery_app;
