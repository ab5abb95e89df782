-- What the verification of the live log reads besides the tables that the application's role sees anyway.

-- What is committed about these ids and not numbered yet. In one snapshot the rows are what the entries and these say, no more and no less.
create function tlog.inbox_about(ids text[]) returns table (entry bytea) language sql stable security definer set search_path = tlog, pg_temp as
  $$ select i.entry from inbox i where i.named[2] = any(ids) order by i.id $$;

-- Null for bytes that are no JSON (any more): whoever checks must not be stopped by what was changed.
create function tlog.read_entry(entry bytea) returns jsonb language plpgsql immutable strict set search_path = pg_catalog, pg_temp as $$
begin
  return convert_from(entry, 'UTF8')::jsonb;
exception when others then
  return null;
end $$;

-- Search rows of the entries a … b - 1 that are not what the entries say. A row may hold words that later versions leave out, as long as
-- the entry holds them; it may not lack one. Entries that cannot be read are the business of other checks.
create function tlog.index_differences(a bigint, b bigint) returns table (seq bigint, problem text) language sql stable security definer set search_path = tlog, pg_temp as $$
  with derived as (
    select e.seq, e.entry, j, case when pg_input_is_valid(j ->> 'ts', 'timestamptz') then (j ->> 'ts')::timestamptz else e.sequenced_at end as ts,
      left(coalesce(j ->> 'action', ''), 100) as action, left(coalesce(j ->> 'outcome', ''), 100) as outcome, is_quiet(j ->> 'action') as is_read,
      left(j #>> '{actor,id}', 200) as actor_id, left(j #>> '{actor,label}', 200) as actor_label, left(j #>> '{target,id}', 200) as target_id,
      left(j #>> '{credential,certificateId}', 200) as certificate_id,
      case when pg_input_is_valid(j #>> '{origin,ip}', 'inet') then (j #>> '{origin,ip}')::inet end as ip, words_in(j) as words
    from entry e, lateral (select read_entry(e.entry) as j offset 0) parsed
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

revoke all on function tlog.inbox_about(text[]), tlog.read_entry(bytea), tlog.index_differences(bigint, bigint) from public;
grant execute on function tlog.inbox_about(text[]), tlog.index_differences(bigint, bigint) to chancery_app;
