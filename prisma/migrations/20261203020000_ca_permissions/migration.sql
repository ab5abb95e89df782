-- CA permissions: an identity gets CA certificates for its own keys, for one trust domain. The application writes what is asked for; the signer
-- keeps what the operator of the host confirmed, counts, and signs by that alone.
create table ca_permission (
  id text primary key,
  identity_id text not null references identity (id) on update no action on delete no action,
  authority_id text not null references authority (id) on update no action on delete no action,
  trust_domain text not null,
  max_seconds int not null check (max_seconds > 0),
  count int not null check (count > 0),
  created_by text not null,
  created_at timestamptz(3) not null,
  revoked_at timestamptz(3)
);
create index ca_permission_identity_id_id_idx on ca_permission (identity_id, id desc);

create table signer.ca_permission (
  id text collate "C" primary key references public.ca_permission (id),
  identity_id text collate "C" not null,
  authority_id text collate "C" not null,
  trust_domain text collate "C" not null,
  max_seconds int not null check (max_seconds > 0),
  count int not null check (count > 0),
  decision text not null check (decision in ('confirmed', 'rejected')),
  decided_by text not null,
  entry_id text collate "C" not null,
  created_at timestamptz(3) not null
);
create index on signer.ca_permission (identity_id);
-- Each use has the next number, so that no two at the same time are the last one.
create table signer.ca_permission_use (
  permission_id text collate "C" not null references signer.ca_permission (id),
  number int not null check (number > 0),
  certificate_id text collate "C" not null unique,
  tbs_sha256 bytea not null,
  created_at timestamptz(3) not null,
  primary key (permission_id, number)
);

do $$
declare place text;
begin
  foreach place in array array['signer.ca_permission', 'signer.ca_permission_use'] loop
    execute format('create trigger no_change before update or delete on %s for each row execute function signer.refuse_change()', place);
    execute format('alter table %s enable always trigger no_change', place);
    execute format('create trigger no_truncate before truncate on %s for each statement execute function signer.refuse_change()', place);
    execute format('alter table %s enable always trigger no_truncate', place);
  end loop;
end $$;

create view public.ca_permission_decision as
  select p.id, p.decision, p.decided_by, p.entry_id, p.created_at, (select count(*)::int from signer.ca_permission_use u where u.permission_id = p.id) as used
  from signer.ca_permission p;
revoke all on public.ca_permission_decision from public;

-- ca_permission
create or replace function tlog.ca_permission_needs_entry() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    if new.revoked_at is null then
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j ->> 'id' = i.entry_id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'ca-permission.created' and e.j ->> 'outcome' = 'success' and e.j #>> '{details,identityId}' = new.identity_id and e.j #>> '{details,authorityId}' = new.authority_id and e.j #>> '{details,trustDomain}' = new.trust_domain and e.j #>> '{details,maxSeconds}' = new.max_seconds::text and e.j #>> '{details,count}' = new.count::text and convert_from(i.entry, 'UTF8') is json object with unique keys)
      then
        perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
      end if;
      if exists (select from tlog.head where halted is not null) then
        perform tlog.refuse_while_halted();
      end if;
    else
      perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
    end if;
  else
    if new.revoked_at is distinct from old.revoked_at then
      if old.revoked_at is null and new.revoked_at is not null then
        if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
          where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j ->> 'id' = i.entry_id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'ca-permission.revoked' and e.j ->> 'outcome' = 'success' and convert_from(i.entry, 'UTF8') is json object with unique keys)
        then
          perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
        end if;
        if exists (select from tlog.head where halted is not null) then
          perform tlog.refuse_while_halted();
        end if;
      else
        perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
      end if;
    end if;
  end if;
  return null;
end $$;
revoke all on function tlog.ca_permission_needs_entry() from public;
drop trigger if exists needs_entry on public.ca_permission;
create constraint trigger needs_entry after insert or update of revoked_at on public.ca_permission deferrable initially deferred for each row execute function tlog.ca_permission_needs_entry();
alter table public.ca_permission enable always trigger needs_entry;
drop trigger if exists never_changes on public.ca_permission;
create trigger never_changes before update of id, identity_id, authority_id, trust_domain, max_seconds, count, created_by, created_at on public.ca_permission for each row when (new.id is distinct from old.id or new.identity_id is distinct from old.identity_id or new.authority_id is distinct from old.authority_id or new.trust_domain is distinct from old.trust_domain or new.max_seconds is distinct from old.max_seconds or new.count is distinct from old.count or new.created_by is distinct from old.created_by or new.created_at is distinct from old.created_at) execute function tlog.refuse_rewrite();
alter table public.ca_permission enable always trigger never_changes;
drop trigger if exists no_delete on public.ca_permission;
create trigger no_delete before delete on public.ca_permission for each row execute function tlog.refuse_delete();
alter table public.ca_permission enable always trigger no_delete;
drop trigger if exists no_truncate on public.ca_permission;
create trigger no_truncate before truncate on public.ca_permission for each statement execute function tlog.refuse_delete();
alter table public.ca_permission enable always trigger no_truncate;

-- Privileges.
revoke all on public.ca_permission from chancery_app;
grant select, insert ("id", "identity_id", "authority_id", "trust_domain", "max_seconds", "count", "created_by", "created_at"), update ("revoked_at") on public.ca_permission to chancery_app;
grant select on public.ca_permission_decision to chancery_app;
grant select on public.ca_permission to chancery_signer;
grant select, insert on signer.ca_permission, signer.ca_permission_use to chancery_signer;
