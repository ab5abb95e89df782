-- Enrollment secrets also bind ACME accounts (RFC 8555 section 7.3.4): the HMAC key, and what bound an account.
alter table enrollment_secret add column sealed bytea;
alter table acme_account alter column key_id drop not null;
alter table acme_account add column secret_id text references enrollment_secret (id) on update no action;
alter table acme_account add constraint acme_account_bound_by check ((key_id is null) <> (secret_id is null));
create index acme_account_secret_id_idx on acme_account (secret_id);


-- acme_account
create or replace function tlog.acme_account_needs_entry() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
      where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j ->> 'id' = i.entry_id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'acme.account-created' and e.j ->> 'outcome' = 'success' and coalesce(e.j #>> '{details,keyId}', e.j #>> '{details,secretId}') = coalesce(new.key_id, new.secret_id) and convert_from(i.entry, 'UTF8') is json object with unique keys)
    then
      perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
    end if;
    if exists (select from tlog.head where halted is not null) then
      perform tlog.refuse_while_halted();
    end if;
  else
    if new.status is distinct from old.status then
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j ->> 'id' = i.entry_id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'acme.account-deactivated' and e.j ->> 'outcome' = 'success' and convert_from(i.entry, 'UTF8') is json object with unique keys)
      then
        perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
      end if;
      if exists (select from tlog.head where halted is not null) then
        perform tlog.refuse_while_halted();
      end if;
    end if;
    if (new.jwk, new.thumbprint) is distinct from (old.jwk, old.thumbprint) then
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j ->> 'id' = i.entry_id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'acme.key-changed' and e.j ->> 'outcome' = 'success' and convert_from(i.entry, 'UTF8') is json object with unique keys)
      then
        perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
      end if;
      if exists (select from tlog.head where halted is not null) then
        perform tlog.refuse_while_halted();
      end if;
    end if;
    if new.contact is distinct from old.contact then
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j ->> 'id' = i.entry_id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'acme.account-updated' and e.j ->> 'outcome' = 'success' and convert_from(i.entry, 'UTF8') is json object with unique keys)
      then
        perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
      end if;
      if exists (select from tlog.head where halted is not null) then
        perform tlog.refuse_while_halted();
      end if;
    end if;
    if new.changed_at is distinct from old.changed_at then
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j ->> 'id' = i.entry_id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' in ('acme.account-deactivated', 'acme.key-changed', 'acme.account-updated') and e.j ->> 'outcome' = 'success' and convert_from(i.entry, 'UTF8') is json object with unique keys)
      then
        perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
      end if;
      if exists (select from tlog.head where halted is not null) then
        perform tlog.refuse_while_halted();
      end if;
    end if;
  end if;
  return null;
end $$;
revoke all on function tlog.acme_account_needs_entry() from public;
drop trigger if exists needs_entry on public.acme_account;
create constraint trigger needs_entry after insert or update of status, jwk, thumbprint, contact, changed_at on public.acme_account deferrable initially deferred for each row execute function tlog.acme_account_needs_entry();
alter table public.acme_account enable always trigger needs_entry;
drop trigger if exists never_changes on public.acme_account;
create trigger never_changes before update of id, key_id, secret_id, identity_id, created_at on public.acme_account for each row when (new.id is distinct from old.id or new.key_id is distinct from old.key_id or new.secret_id is distinct from old.secret_id or new.identity_id is distinct from old.identity_id or new.created_at is distinct from old.created_at) execute function tlog.refuse_rewrite();
alter table public.acme_account enable always trigger never_changes;
drop trigger if exists no_delete on public.acme_account;
create trigger no_delete before delete on public.acme_account for each row execute function tlog.refuse_delete();
alter table public.acme_account enable always trigger no_delete;
drop trigger if exists no_truncate on public.acme_account;
create trigger no_truncate before truncate on public.acme_account for each statement execute function tlog.refuse_delete();
alter table public.acme_account enable always trigger no_truncate;

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
create trigger never_changes before update of id, identity_id, profile_id, secret_hash, sealed, networks, uses, created_by, created_at, expires_at, account_id, lineage on public.enrollment_secret for each row when (new.id is distinct from old.id or new.identity_id is distinct from old.identity_id or new.profile_id is distinct from old.profile_id or new.secret_hash is distinct from old.secret_hash or new.sealed is distinct from old.sealed or new.networks is distinct from old.networks or new.uses is distinct from old.uses or new.created_by is distinct from old.created_by or new.created_at is distinct from old.created_at or new.expires_at is distinct from old.expires_at or new.account_id is distinct from old.account_id or new.lineage is distinct from old.lineage) execute function tlog.refuse_rewrite();
alter table public.enrollment_secret enable always trigger never_changes;
drop trigger if exists no_delete on public.enrollment_secret;
create trigger no_delete before delete on public.enrollment_secret for each row execute function tlog.refuse_delete();
alter table public.enrollment_secret enable always trigger no_delete;
drop trigger if exists no_truncate on public.enrollment_secret;
create trigger no_truncate before truncate on public.enrollment_secret for each statement execute function tlog.refuse_delete();
alter table public.enrollment_secret enable always trigger no_truncate;

-- Privileges.
revoke all on public.acme_account from chancery_app;
grant select, insert ("id", "key_id", "secret_id", "identity_id", "created_at", "status", "jwk", "thumbprint", "contact", "changed_at"), update ("status", "jwk", "thumbprint", "contact", "changed_at") on public.acme_account to chancery_app;
revoke all on public.enrollment_secret from chancery_app;
grant select, insert ("id", "identity_id", "profile_id", "secret_hash", "sealed", "networks", "uses", "created_by", "created_at", "expires_at", "account_id", "lineage", "used"), update ("revoked_at", "used") on public.enrollment_secret to chancery_app;
