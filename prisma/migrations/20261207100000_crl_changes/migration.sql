-- A CRL may be stored as what it changes of an earlier one of the same authority, its base: with a million entries, storing all of
-- them takes longer than all the rest, once when they are stored and once when they are let go.
alter table crl add column base_number bigint, add column changes bytea,
  add constraint crl_changes_of_base check (changes is null or (der is null and base_number < number));
alter table crl alter column changes set storage external;

-- The bytes that changes make of their base: steps of three numbers of four octets (from where in the base, how much, how many new
-- octets follow) and the new octets (lib/pki/crl-changes). Empty if they are of another form: that is no CRL.
create function tlog.crl_with_changes(base bytea, changes bytea) returns bytea language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
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
    if start < last or taken < 0 or added < 0 then return ''; end if;
    last := start + taken;
    parts := parts || substr(base, 1 + start, taken) || substr(changes, place + 12, added);
    place := place + 12 + added;
  end loop;
  return (select string_agg(part, '' order by n) from unnest(parts) with ordinality as p (part, n));
exception when others then
  return '';
end $$;
revoke all on function tlog.crl_with_changes(bytea, bytea) from public;
grant execute on function tlog.crl_with_changes(bytea, bytea) to chancery_app;

-- The base keeps its bytes as long as something is stored as what it changes of it.
create or replace function tlog.crl_only_lets_go() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if new.der is not null or new.changes is not null
    or (new.id, new.authority_id, new.shard, new.number, new.this_update, new.next_update, new.entry_count, new.base_number, new.created_at)
       is distinct from (old.id, old.authority_id, old.shard, old.number, old.this_update, old.next_update, old.entry_count, old.base_number, old.created_at)
    or not exists (select from public.crl where authority_id = old.authority_id and shard = old.shard and number > old.number)
    or exists (select from public.crl where authority_id = old.authority_id and shard = old.shard and base_number = old.number and changes is not null)
  then
    raise exception 'CRL %: a published CRL is never rewritten, and the newest keeps its bytes, and those that it is made of', old.id
      using errcode = '23514', constraint = 'crl_only_lets_go';
  end if;
  return new;
end $$;

create function tlog.crl_has_base() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform from public.crl where authority_id = new.authority_id and shard = new.shard and number = new.base_number and der is not null for share;
  if not found then
    raise exception 'CRL %: what it changes has let go of its bytes', new.id using errcode = '23514', constraint = 'crl_has_base';
  end if;
  return new;
end $$;
revoke all on function tlog.crl_has_base() from public;
create trigger has_base before insert on crl for each row when (new.changes is not null) execute function tlog.crl_has_base();
alter table crl enable always trigger has_base;

-- crl, from lib/log/guards
drop trigger if exists never_changes on public.crl;
create trigger never_changes before update of id, authority_id, shard, number, this_update, next_update, entry_count, base_number, created_at on public.crl for each row when (new.id is distinct from old.id or new.authority_id is distinct from old.authority_id or new.shard is distinct from old.shard or new.number is distinct from old.number or new.this_update is distinct from old.this_update or new.next_update is distinct from old.next_update or new.entry_count is distinct from old.entry_count or new.base_number is distinct from old.base_number or new.created_at is distinct from old.created_at) execute function tlog.refuse_rewrite();
alter table public.crl enable always trigger never_changes;
grant insert (base_number, changes), update (changes) on public.crl to chancery_app;
