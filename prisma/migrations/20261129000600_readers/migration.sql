-- Readers of the log that no entry can stop, whatever bytes are in it.

-- Entries that a reader could not read and skipped: derived, so that nobody has to look for them. Which they are is decided by the reader.
create table tlog.skipped_entry (
  seq bigint not null,
  reader text collate "C" not null check (octet_length(reader) between 1 and 64),
  problem text not null check (octet_length(problem) between 1 and 400),
  skipped_at timestamptz not null default clock_timestamp(),
  primary key (seq, reader)
);

-- Notes entries that are in the log, each once for a reader.
create function tlog.note_skipped(who text, seqs bigint[], problems text[]) returns void language sql security definer set search_path = tlog, pg_temp as $$
  insert into skipped_entry (seq, reader, problem)
    select s.seq, who, left(s.problem, 100) from unnest(seqs, problems) as s (seq, problem) join entry e using (seq)
  on conflict do nothing
$$;

-- The time that an entry is found by. Words that PostgreSQL takes for a time ("now", "infinity") are none.
create function tlog.entry_time(j jsonb, numbered_at timestamptz) returns timestamptz language sql stable parallel safe
  return case when j ->> 'ts' ~ '^[12][0-9]{3}-[0-9]{2}-[0-9]{2}T' and pg_input_is_valid(j ->> 'ts', 'timestamptz') then (j ->> 'ts')::timestamptz else numbered_at end;

-- What a text or number is found by. A number of a few bytes can have a hundred thousand digits, which nobody types.
create function tlog.word_text(v jsonb) returns text language sql immutable parallel safe
  return case when jsonb_typeof(v) = 'number' and (abs(v::numeric) > 1e38 or scale(v::numeric) > 38) then null else v #>> '{}' end;

-- As before, without numbers of absurd length.
create or replace function tlog.words_in(j jsonb) returns tsvector language sql immutable parallel safe
  return array_to_tsvector(
    tlog.words_of(concat_ws(' ', j ->> 'action', j ->> 'outcome', j ->> 'reason', j #>> '{actor,id}', j #>> '{actor,label}',
      j #>> '{target,id}', j #>> '{target,label}', j #>> '{credential,serial}', j #>> '{credential,fingerprintSha256}',
      j #>> '{origin,ip}', j #>> '{origin,userAgent}', j ->> 'requestId',
      (select string_agg(tlog.word_text(v), ' ') from jsonb_path_query(case when jsonb_typeof(j -> 'details') = 'object'
        then (j -> 'details') - array['tbsSha256', 'spkiSha256', 'rulesSha256', 'sha256', 'notBefore', 'notAfter', 'thisUpdate', 'nextUpdate', 'supersedeAt',
          'revokedAt', 'invalidityDate', 'expiresAt', 'profileVersion'] end,
        'strict $.** ? (@.type() == "string" || @.type() == "number")', '{}', true) as v)))
    || array_remove(array['=' || left(j #>> '{credential,serial}', 64), '=' || left(j #>> '{details,serial}', 64)], null));

-- What the index can hold of an entry; null if that is nothing: no JSON, nested too deeply, more words than fit into a row.
create function tlog.indexable(entry bytea) returns jsonb language plpgsql stable strict set search_path = tlog, pg_temp as $$
declare j jsonb;
begin
  -- Not in the declaration: what fails there is not caught below.
  j := convert_from(entry, 'UTF8')::jsonb;
  perform words_in(j);
  return j;
exception when others then
  return null;
end $$;

-- As before, with the time by entry_time, and with `careful` an empty row for what can't be indexed, which is noted.
create or replace function tlog.index_rows(a bigint, b bigint, careful boolean) returns void language plpgsql set search_path = tlog, pg_temp as $$
begin
  with parsed as materialized (
    select seq, sequenced_at, case when careful then indexable(entry) else convert_from(entry, 'UTF8')::jsonb end as j from entry where seq >= a and seq < b order by seq
  ), row as (
    insert into search (seq, ts, action, outcome, is_read, actor_id, actor_label, target_id, certificate_id, ip, words)
      select seq, entry_time(j, sequenced_at),
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
    from search r join entry e using (seq), lateral (select read_entry(e.entry) as j offset 0) parsed
    where r.seq >= a and r.seq < b and r.action = 'source.gap' group by 1, 2) as g
  where s.id = g.id and s.boot = g.boot;
  if careful then
    perform note_skipped('search', array_agg(e.seq), array_agg('nothing of it can be indexed'::text)) from entry e where e.seq >= a and e.seq < b and indexable(e.entry) is null;
  end if;
end $$;

-- A row for an entry of which nothing can be indexed.
create function tlog.index_blank(a bigint) returns void language plpgsql set search_path = tlog, pg_temp as $$
begin
  with blank as (
    insert into search (seq, ts, action, outcome, is_read, words)
      select seq, sequenced_at, '', '', false, ''::tsvector from entry where seq = a returning seq, ts
  )
  insert into span as s (block, first_ts, last_ts) select seq >> 12, ts, ts from blank
    on conflict (block) do update set first_ts = least(s.first_ts, excluded.first_ts), last_ts = greatest(s.last_ts, excluded.last_ts);
  perform note_skipped('search', array[a], array['nothing of it can be indexed']);
end $$;

-- Whether the same entry would fail again: what the data causes, or what the statement may use. No entry is given up for a conflict, a lost
-- connection or a full disk.
create function tlog.is_about_data(state text) returns boolean language sql immutable parallel safe
  return left(state, 2) in ('21', '22', '23', '54', 'XX') or state in ('53200', 'P0001');

-- As before, and: entries that make the whole batch fail are halved apart until each is alone; one that fails alone gets an empty row.
create function tlog.index_isolated(a bigint, b bigint) returns void language plpgsql set search_path = tlog, pg_temp as $$
declare m bigint;
begin
  perform index_rows(a, b, true);
exception when others then
  if not is_about_data(sqlstate) then raise; end if;
  if b - a = 1 then
    perform index_blank(a);
    return;
  end if;
  m := (a + b) / 2;
  perform index_isolated(a, m);
  perform index_isolated(m, b);
end $$;

create or replace function tlog.index_batch(lim int) returns bigint language plpgsql security definer set search_path = tlog, pg_temp as $$
declare a bigint; b bigint;
begin
  select upto into a from indexed for update;
  select least(size, a + lim) into b from head;
  if b <= a then return a; end if;
  begin
    perform index_rows(a, b, false);
  exception when others then
    if not is_about_data(sqlstate) then raise; end if;
    perform index_isolated(a, b);
  end;
  update indexed set upto = b;
  return b;
end $$;

-- As before, and: an entry that the index gave an empty row because nothing of it can be indexed is compared with nothing.
-- Search rows of the entries a … b - 1 that are not what the entries say. A row may hold words that later versions leave out, as long as
-- the entry holds them; it may not lack one. Entries that cannot be read are the business of other checks.
create or replace function tlog.index_differences(a bigint, b bigint) returns table (seq bigint, problem text) language sql stable security definer set search_path = tlog, pg_temp as $$
  with derived as (
    select e.seq, e.entry, j, entry_time(j, e.sequenced_at) as ts,
      left(coalesce(j ->> 'action', ''), 100) as action, left(coalesce(j ->> 'outcome', ''), 100) as outcome, is_quiet(j ->> 'action') as is_read,
      left(j #>> '{actor,id}', 200) as actor_id, left(j #>> '{actor,label}', 200) as actor_label, left(j #>> '{target,id}', 200) as target_id,
      left(j #>> '{credential,certificateId}', 200) as certificate_id,
      case when pg_input_is_valid(j #>> '{origin,ip}', 'inet') then (j #>> '{origin,ip}')::inet end as ip, words_in(j) as words
    from entry e, lateral (select indexable(e.entry) as j offset 0) parsed
    where e.seq >= a and e.seq < b
  ), compared as (
    select coalesce(d.seq, s.seq) as seq, d.seq is not null as logged, s.seq is not null as found, s.ts is distinct from d.ts as ts, s.action is distinct from d.action as action,
      s.outcome is distinct from d.outcome as outcome, s.is_read is distinct from d.is_read as is_read,
      (s.actor_id, s.actor_label) is distinct from (d.actor_id, d.actor_label) as actor, s.target_id is distinct from d.target_id as target,
      s.certificate_id is distinct from d.certificate_id as certificate, s.ip is distinct from d.ip as ip,
      s.words is distinct from d.words and not tsvector_to_array(d.words) <@ tsvector_to_array(s.words) as lacks,
      s.words is distinct from d.words
        and not array(select unnest(tsvector_to_array(s.words)) except select unnest(tsvector_to_array(d.words))) <@ words_of(convert_from(d.entry, 'UTF8')) as adds
    from derived d full join (select * from search where search.seq >= a and search.seq < b) s on s.seq = d.seq
    where d.seq is null or d.j is not null
  )
  select c.seq, case when not found then 'is not in the index' when not logged then 'is in the index and not in the log'
    else 'is indexed with ' || concat_ws(' and with ', case when ts then 'another time' end, case when action then 'another action' end, case when outcome then 'another outcome' end,
      case when is_read then 'another kind' end, case when actor then 'another actor' end, case when target then 'another target' end,
      case when certificate then 'another certificate' end, case when ip then 'another address' end, case when lacks then 'fewer words' end,
      case when adds then 'words that it does not hold' end) end
  from compared c where not found or not logged or ts or action or outcome or is_read or actor or target or certificate or ip or lacks or adds
  order by 1
$$;

revoke all on function tlog.note_skipped(text, bigint[], text[]), tlog.entry_time(jsonb, timestamptz), tlog.word_text(jsonb), tlog.indexable(bytea), tlog.index_blank(bigint),
  tlog.is_about_data(text), tlog.index_isolated(bigint, bigint) from public;
grant select on tlog.skipped_entry to chancery_app;
grant execute on function tlog.note_skipped(text, bigint[], text[]) to chancery_app;
