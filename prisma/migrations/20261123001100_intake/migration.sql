-- Intake without reading the JSON of every entry. Whoever appends says the entry's id and its target's; the bytes must hold that id, and where
-- a lifecycle row relies on the target, the one entry that it relies on is read. An entry that comes without them is read as before.
alter table tlog.inbox add column entry_id text collate "C", add column target_id text collate "C";
alter table tlog.inbox drop column named;
alter table tlog.inbox add constraint says_its_id check (
  entry_id is not null and octet_length(entry_id) <= 64 and octet_length(coalesce(target_id, '')) <= 1024
  and position(('\x226964223a22'::bytea || entry_id::bytea || '\x22'::bytea) in entry) > 0
) not valid;
create index inbox_xid on tlog.inbox (xid, target_id);
create index inbox_entry_id on tlog.inbox (entry_id);

create function tlog.fill_names() returns trigger language plpgsql set search_path = tlog, pg_temp as $$
declare names text[] := names_in(new.entry);
begin
  new.entry_id := names[1];
  new.target_id := names[2];
  return new;
end $$;
create trigger fill_names before insert on tlog.inbox for each row when (new.entry_id is null) execute function tlog.fill_names();
alter table tlog.inbox enable always trigger fill_names;
grant insert (entry_id, target_id) on tlog.inbox to chancery_app;

-- As before, and: with the ids that came with the entries (those that arrived before this migration have none, and are read); nothing is numbered
-- while the log is halted; the partition after the next million entries exists before it is needed; an idle sequencer writes nothing.
create or replace function tlog.sequence_batch(lim int) returns bigint language plpgsql security definer set search_path = tlog, pg_temp as $$
declare n int; s bigint; stopped boolean;
begin
  -- By the index: what was moved and is not vacuumed yet would be walked through otherwise.
  if (select min(id) from inbox) is null then return (select size from head); end if;
  select size, halted is not null into s, stopped from head for update;
  if stopped then return s; end if;
  perform ensure_partition(s + lim);
  perform ensure_partition(s + lim + 1000000);
  with taken as (
    delete from inbox where id = any(array(select id from inbox order by id limit lim)) returning id, coalesce(entry_id, (names_in(entry))[1]) as entry_id, leaf_hash, entry
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

-- As before, and: the entry that names the row is read, so that a column cannot say more than the bytes; while the log is halted nothing changes
-- but CRLs, which must never run out, and the certificates of Chancery's own responders and listeners, because OCSP goes on and each start of
-- the door needs new ones.
create or replace function tlog.need_entry() returns trigger language plpgsql security definer set search_path = tlog, pg_temp as $$
begin
  perform from tlog.inbox where xid = pg_current_xact_id() and target_id = new.id and (tlog.names_in(entry))[2] = new.id limit 1;
  if not found then
    raise exception '% % changed without an entry in its transaction', tg_table_name, new.id using errcode = '23514', constraint = 'needs_entry';
  end if;
  if tg_table_name = 'crl' or not exists (select from tlog.head where halted is not null) then return null; end if;
  if tg_table_name = 'certificate' and exists (
    select from public.profile p where p.id = to_jsonb(new) ->> 'profile_id' and p.system and p.slug in ('ocsp-responder', 'console-tls')
  ) then return null; end if;
  raise exception 'the log is halted: nothing can be changed' using errcode = '23514', constraint = 'log_is_halted';
end $$;

create or replace function tlog.find_entries(ids text[]) returns table (entry_id text, entry bytea) language sql stable security definer set search_path = tlog, pg_temp as
  $$ select i.entry_id, i.entry from inbox i where i.entry_id = any(ids)
     union all select e.entry_id, e.entry from entry e where e.entry_id = any(ids) $$;

create or replace function tlog.inbox_about(ids text[]) returns table (entry bytea) language sql stable security definer set search_path = tlog, pg_temp as
  $$ select i.entry from inbox i where i.target_id = any(ids) order by i.id $$;

revoke all on function tlog.fill_names() from public;

-- Derives the rows of the search and of the sources from the entries a … b - 1, each read once. With `careful`, bytes that are no JSON give an
-- empty row; nothing that is in the log may stop the index.
create function tlog.index_rows(a bigint, b bigint, careful boolean) returns void language plpgsql set search_path = tlog, pg_temp as $$
begin
  with parsed as materialized (
    select seq, sequenced_at, case when careful then read_entry(entry) else convert_from(entry, 'UTF8')::jsonb end as j from entry where seq >= a and seq < b order by seq
  ), row as (
    insert into search (seq, ts, action, outcome, is_read, actor_id, actor_label, target_id, certificate_id, ip, words)
      select seq, case when pg_input_is_valid(j ->> 'ts', 'timestamptz') then (j ->> 'ts')::timestamptz else sequenced_at end,
        left(coalesce(j ->> 'action', ''), 100), left(coalesce(j ->> 'outcome', ''), 100), is_quiet(j ->> 'action'),
        left(j #>> '{actor,id}', 200), left(j #>> '{actor,label}', 200), left(j #>> '{target,id}', 200),
        left(j #>> '{credential,certificateId}', 200),
        case when pg_input_is_valid(j #>> '{origin,ip}', 'inet') then (j #>> '{origin,ip}')::inet end, words_in(j)
      from parsed
    returning seq, ts
  ), said as materialized (
    select seq, sequenced_at, left(j #>> '{src,id}', 200) as id, left(j #>> '{src,boot}', 200) as boot, number_in(j #> '{src,seq}') as n, j ->> 'action' as action, j -> 'details' as details
    from parsed where j ? 'src'
  ), told as (
    select id, boot, count(*) as arrived, range_agg(int8range(n, n + 1)) as numbers, min(seq) as first_seq, max(sequenced_at) as seen from said
      where id is not null and boot is not null and n > 0 group by id, boot
  ), beats as (
    -- A source speaks for itself alone.
    select id, boot, max(number_in(details -> 'settled')) as settled, bool_or(details -> 'ended' = 'true'::jsonb) as ended, range_agg(ranges_of(details ->> 'voided')) as voided from said
      where action = 'source.heartbeat' and details ->> 'source' = id and details ->> 'boot' = boot group by id, boot
  ), counted as (
    insert into source as old (id, boot, arrived, accounted, settled, first_seq, last_seen, ended)
      select t.id, t.boot, t.arrived, t.numbers + coalesce(h.voided, '{}'), coalesce(h.settled, 0), t.first_seq, t.seen, coalesce(h.ended, false)
      from told t left join beats h using (id, boot) order by t.id, t.boot
    on conflict (id, boot) do update set arrived = old.arrived + excluded.arrived, accounted = old.accounted + excluded.accounted,
      settled = greatest(old.settled, excluded.settled), last_seen = greatest(old.last_seen, excluded.last_seen), ended = old.ended or excluded.ended
  )
  insert into span as s (block, first_ts, last_ts) select seq >> 12, min(ts), max(ts) from row group by 1
    on conflict (block) do update set first_ts = least(s.first_ts, excluded.first_ts), last_ts = greatest(s.last_ts, excluded.last_ts);
  update source s set reported = s.reported + g.missing from (
    select left(j #>> '{details,source}', 200) as id, left(j #>> '{details,boot}', 200) as boot, range_agg(ranges_of(j #>> '{details,missing}')) as missing
    from search r join entry e using (seq), lateral (select convert_from(e.entry, 'UTF8')::jsonb as j offset 0) parsed
    where r.seq >= a and r.seq < b and r.action = 'source.gap' group by 1, 2) as g
  where s.id = g.id and s.boot = g.boot;
end $$;

create or replace function tlog.index_batch(lim int) returns bigint language plpgsql security definer set search_path = tlog, pg_temp as $$
declare a bigint; b bigint;
begin
  select upto into a from indexed for update;
  select least(size, a + lim) into b from head;
  if b <= a then return a; end if;
  begin
    perform index_rows(a, b, false);
  exception when data_exception then
    perform index_rows(a, b, true);
  end;
  update indexed set upto = b;
  return b;
end $$;
revoke all on function tlog.index_rows(bigint, bigint, boolean) from public;
