-- Each step copied all the parts before it: a thousand changes of a large CRL took twelve seconds, and as many as may be stored never
-- ended within the statement timeout. What is of another form is '', never null, which would stand for bytes that were let go.
create or replace function tlog.crl_with_changes(base bytea, changes bytea) returns bytea language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  parts bytea[] := '{}';
  place int := 1;
  head text;
  start int;
  taken int;
  added int;
  last int := 0;
begin
  while place <= octet_length(changes) loop
    head := encode(substr(changes, place, 12), 'hex');
    start := ('x' || substr(head, 1, 8))::bit(32)::int;
    taken := ('x' || substr(head, 9, 8))::bit(32)::int;
    added := ('x' || substr(head, 17, 8))::bit(32)::int;
    if start < last or taken < 0 or added < 0 or start + taken > octet_length(base) or base is null then return ''; end if;
    last := start + taken;
    -- One call for each assignment: PostgreSQL adds to the array in its place only then.
    parts := array_append(parts, substr(base, 1 + start, taken));
    parts := array_append(parts, substr(changes, place + 12, added));
    place := place + 12 + added;
    if place > octet_length(changes) + 1 then return ''; end if;
  end loop;
  return coalesce((select string_agg(part, '' order by n) from unnest(parts) with ordinality as p (part, n)), '');
exception when others then
  return '';
end $$;

-- Changes of no base are no CRL.
alter table crl drop constraint crl_changes_of_base,
  add constraint crl_changes_of_base check (changes is null or (der is null and base_number is not null and base_number < number));

-- Rows of CRLs stay, and with each new one all of the authority's rows were looked through for those that have bytes.
create index crl_stored on crl (authority_id, shard, number) where der is not null or changes is not null;
create index crl_made_of on crl (authority_id, shard, base_number) where changes is not null;
