-- One-time secrets with which machines enroll for an identity, under one profile.
create table enrollment_secret (
  id text primary key,
  identity_id text not null references identity (id) on update no action,
  profile_id text not null references profile (id) on update no action,
  secret_hash bytea not null,
  networks text[],
  uses integer not null check (uses > 0),
  used integer not null check (used between 0 and uses),
  created_by text not null,
  created_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  revoked_at timestamptz(3),
  account_id text,
  lineage text[]
);
create unique index enrollment_secret_hash_key on enrollment_secret (secret_hash);
create index enrollment_secret_identity_id_id_idx on enrollment_secret (identity_id, id desc);


-- enrollment_secret
create or replace function tlog.enrollment_secret_needs_entry() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
      where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j ->> 'id' = i.entry_id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'enrollment-secret.created' and e.j ->> 'outcome' = 'success' and convert_from(i.entry, 'UTF8') is json object with unique keys)
    then
      perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
    end if;
    if exists (select from tlog.head where halted is not null) then
      perform tlog.refuse_while_halted();
    end if;
  else
    if new.revoked_at is distinct from old.revoked_at then
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j ->> 'id' = i.entry_id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'enrollment-secret.revoked' and e.j ->> 'outcome' = 'success' and convert_from(i.entry, 'UTF8') is json object with unique keys)
      then
        perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
      end if;
      if exists (select from tlog.head where halted is not null) then
        perform tlog.refuse_while_halted();
      end if;
    end if;
    if new.used is distinct from old.used then
      if new.used = old.used + 1 then
        if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
          where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j ->> 'id' = i.entry_id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'enrollment-secret.used' and e.j ->> 'outcome' = 'success' and e.j #>> '{details,use}' = new.used::text and convert_from(i.entry, 'UTF8') is json object with unique keys)
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
revoke all on function tlog.enrollment_secret_needs_entry() from public;
drop trigger if exists needs_entry on public.enrollment_secret;
create constraint trigger needs_entry after insert or update of revoked_at, used on public.enrollment_secret deferrable initially deferred for each row execute function tlog.enrollment_secret_needs_entry();
alter table public.enrollment_secret enable always trigger needs_entry;
drop trigger if exists never_changes on public.enrollment_secret;
create trigger never_changes before update of id, identity_id, profile_id, secret_hash, networks, uses, created_by, created_at, expires_at, account_id, lineage on public.enrollment_secret for each row when (new.id is distinct from old.id or new.identity_id is distinct from old.identity_id or new.profile_id is distinct from old.profile_id or new.secret_hash is distinct from old.secret_hash or new.networks is distinct from old.networks or new.uses is distinct from old.uses or new.created_by is distinct from old.created_by or new.created_at is distinct from old.created_at or new.expires_at is distinct from old.expires_at or new.account_id is distinct from old.account_id or new.lineage is distinct from old.lineage) execute function tlog.refuse_rewrite();
alter table public.enrollment_secret enable always trigger never_changes;
drop trigger if exists no_delete on public.enrollment_secret;
create trigger no_delete before delete on public.enrollment_secret for each row execute function tlog.refuse_delete();
alter table public.enrollment_secret enable always trigger no_delete;
drop trigger if exists no_truncate on public.enrollment_secret;
create trigger no_truncate before truncate on public.enrollment_secret for each statement execute function tlog.refuse_delete();
alter table public.enrollment_secret enable always trigger no_truncate;

-- Privileges.
revoke all on public.enrollment_secret from chancery_app;
grant select, insert ("id", "identity_id", "profile_id", "secret_hash", "networks", "uses", "created_by", "created_at", "expires_at", "account_id", "lineage", "used"), update ("revoked_at", "used") on public.enrollment_secret to chancery_app;
