-- Enrollment by ACME (RFC 8555): keys that bind accounts to identities, accounts, orders, what authorizes their names, used nonces.
create table acme_key (
  id text primary key,
  identity_id text not null references identity (id) on update no action,
  sealed bytea not null,
  profiles text[],
  names text[],
  created_by text not null,
  created_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  revoked_at timestamptz(3),
  account_id text,
  lineage text[]
);
create index acme_key_identity_id_idx on acme_key (identity_id);

create table acme_account (
  id text primary key,
  key_id text not null references acme_key (id) on update no action,
  identity_id text not null references identity (id) on update no action,
  jwk text not null,
  thumbprint text not null,
  contact text[],
  status text not null check (status in ('valid', 'deactivated')),
  created_at timestamptz(3) not null,
  changed_at timestamptz(3) not null
);
create unique index acme_account_thumbprint_key on acme_account (thumbprint);
create index acme_account_key_id_idx on acme_account (key_id);
create index acme_account_identity_id_idx on acme_account (identity_id);

create table acme_order (
  id text primary key,
  account_id text not null references acme_account (id) on update no action,
  identity_id text not null references identity (id) on update no action,
  profile text not null,
  identifiers text[],
  status text not null check (status in ('open', 'valid', 'invalid')),
  replaces text,
  certificate_id text,
  problem text,
  csr_der bytea,
  lease_until timestamptz(3),
  created_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  check ((status = 'valid') = (certificate_id is not null))
);
create unique index acme_order_certificate_id_key on acme_order (certificate_id);
-- A certificate is replaced by one order at most, unless that failed (RFC 9773 section 5).
create unique index acme_order_replaces on acme_order (replaces) where replaces is not null and status <> 'invalid';
create index acme_order_account_id_id_idx on acme_order (account_id, id desc);
create index acme_order_identity_id_id_idx on acme_order (identity_id, id desc);

create table acme_authorization (
  id text primary key,
  order_id text not null references acme_order (id) on update no action,
  account_id text not null references acme_account (id) on update no action,
  type text not null check (type in ('dns', 'ip')),
  value text not null,
  wildcard boolean not null,
  status text not null check (status in ('pending', 'valid', 'invalid', 'deactivated')),
  authorized_by text,
  token text not null,
  challenge text,
  problem text,
  validated_at timestamptz(3),
  lease_until timestamptz(3),
  created_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  check (status <> 'valid' or authorized_by is not null)
);
create index acme_authorization_order_id_idx on acme_authorization (order_id);
create index acme_authorization_account_id_idx on acme_authorization (account_id);

create table acme_nonce (
  nonce bytea primary key,
  expires_at timestamptz(3) not null
);
create index acme_nonce_expires_at_idx on acme_nonce (expires_at);

-- acme_key
create or replace function tlog.acme_key_needs_entry() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
      where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j ->> 'id' = i.entry_id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'acme-key.created' and e.j ->> 'outcome' = 'success' and convert_from(i.entry, 'UTF8') is json object with unique keys)
    then
      perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
    end if;
    if exists (select from tlog.head where halted is not null) then
      perform tlog.refuse_while_halted();
    end if;
  else
    if new.revoked_at is distinct from old.revoked_at then
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j ->> 'id' = i.entry_id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'acme-key.revoked' and e.j ->> 'outcome' = 'success' and convert_from(i.entry, 'UTF8') is json object with unique keys)
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
revoke all on function tlog.acme_key_needs_entry() from public;
drop trigger if exists needs_entry on public.acme_key;
create constraint trigger needs_entry after insert or update of revoked_at on public.acme_key deferrable initially deferred for each row execute function tlog.acme_key_needs_entry();
alter table public.acme_key enable always trigger needs_entry;
drop trigger if exists never_changes on public.acme_key;
create trigger never_changes before update of id, identity_id, sealed, profiles, names, created_by, created_at, expires_at, account_id, lineage on public.acme_key for each row when (new.id is distinct from old.id or new.identity_id is distinct from old.identity_id or new.sealed is distinct from old.sealed or new.profiles is distinct from old.profiles or new.names is distinct from old.names or new.created_by is distinct from old.created_by or new.created_at is distinct from old.created_at or new.expires_at is distinct from old.expires_at or new.account_id is distinct from old.account_id or new.lineage is distinct from old.lineage) execute function tlog.refuse_rewrite();
alter table public.acme_key enable always trigger never_changes;
drop trigger if exists no_delete on public.acme_key;
create trigger no_delete before delete on public.acme_key for each row execute function tlog.refuse_delete();
alter table public.acme_key enable always trigger no_delete;
drop trigger if exists no_truncate on public.acme_key;
create trigger no_truncate before truncate on public.acme_key for each statement execute function tlog.refuse_delete();
alter table public.acme_key enable always trigger no_truncate;

-- acme_account
create or replace function tlog.acme_account_needs_entry() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
      where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j ->> 'id' = i.entry_id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'acme.account-created' and e.j ->> 'outcome' = 'success' and convert_from(i.entry, 'UTF8') is json object with unique keys)
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
create trigger never_changes before update of id, key_id, identity_id, created_at on public.acme_account for each row when (new.id is distinct from old.id or new.key_id is distinct from old.key_id or new.identity_id is distinct from old.identity_id or new.created_at is distinct from old.created_at) execute function tlog.refuse_rewrite();
alter table public.acme_account enable always trigger never_changes;
drop trigger if exists no_delete on public.acme_account;
create trigger no_delete before delete on public.acme_account for each row execute function tlog.refuse_delete();
alter table public.acme_account enable always trigger no_delete;
drop trigger if exists no_truncate on public.acme_account;
create trigger no_truncate before truncate on public.acme_account for each statement execute function tlog.refuse_delete();
alter table public.acme_account enable always trigger no_truncate;

-- acme_order
create or replace function tlog.acme_order_needs_entry() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
      where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j ->> 'id' = i.entry_id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'acme.order-created' and e.j ->> 'outcome' = 'success' and convert_from(i.entry, 'UTF8') is json object with unique keys)
    then
      perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
    end if;
    if exists (select from tlog.head where halted is not null) then
      perform tlog.refuse_while_halted();
    end if;
  else
    if (new.status, new.certificate_id, new.problem) is distinct from (old.status, old.certificate_id, old.problem) then
      if new.status = 'valid' then
        if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
          where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j ->> 'id' = i.entry_id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'acme.order-issued' and e.j ->> 'outcome' = 'success' and e.j #>> '{details,certificateId}' = new.certificate_id and convert_from(i.entry, 'UTF8') is json object with unique keys)
        then
          perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
        end if;
        if exists (select from tlog.head where halted is not null) then
          perform tlog.refuse_while_halted();
        end if;
      elsif new.status = 'invalid' then
        if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
          where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j ->> 'id' = i.entry_id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'acme.order-failed' and e.j ->> 'outcome' = 'failure' and convert_from(i.entry, 'UTF8') is json object with unique keys)
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
revoke all on function tlog.acme_order_needs_entry() from public;
drop trigger if exists needs_entry on public.acme_order;
create constraint trigger needs_entry after insert or update of status, certificate_id, problem on public.acme_order deferrable initially deferred for each row execute function tlog.acme_order_needs_entry();
alter table public.acme_order enable always trigger needs_entry;
drop trigger if exists never_changes on public.acme_order;
create trigger never_changes before update of id, account_id, identity_id, profile, identifiers, replaces, created_at, expires_at on public.acme_order for each row when (new.id is distinct from old.id or new.account_id is distinct from old.account_id or new.identity_id is distinct from old.identity_id or new.profile is distinct from old.profile or new.identifiers is distinct from old.identifiers or new.replaces is distinct from old.replaces or new.created_at is distinct from old.created_at or new.expires_at is distinct from old.expires_at) execute function tlog.refuse_rewrite();
alter table public.acme_order enable always trigger never_changes;
drop trigger if exists no_delete on public.acme_order;
create trigger no_delete before delete on public.acme_order for each row execute function tlog.refuse_delete();
alter table public.acme_order enable always trigger no_delete;
drop trigger if exists no_truncate on public.acme_order;
create trigger no_truncate before truncate on public.acme_order for each statement execute function tlog.refuse_delete();
alter table public.acme_order enable always trigger no_truncate;

-- acme_authorization
create or replace function tlog.acme_authorization_needs_entry() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
      where i.xid = pg_current_xact_id() and i.target_id = new.order_id and e.j ->> 'id' = i.entry_id and e.j #>> '{target,id}' = new.order_id and e.j ->> 'action' = 'acme.order-created' and e.j ->> 'outcome' = 'success' and convert_from(i.entry, 'UTF8') is json object with unique keys)
    then
      perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
    end if;
    if exists (select from tlog.head where halted is not null) then
      perform tlog.refuse_while_halted();
    end if;
  else
    if (new.status, new.authorized_by, new.problem, new.validated_at, new.expires_at) is distinct from (old.status, old.authorized_by, old.problem, old.validated_at, old.expires_at) then
      if new.status = 'valid' then
        if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
          where i.xid = pg_current_xact_id() and i.target_id = new.order_id and e.j ->> 'id' = i.entry_id and e.j #>> '{target,id}' = new.order_id and e.j ->> 'action' = 'acme.name-validated' and e.j ->> 'outcome' = 'success' and convert_from(i.entry, 'UTF8') is json object with unique keys)
        then
          perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
        end if;
        if exists (select from tlog.head where halted is not null) then
          perform tlog.refuse_while_halted();
        end if;
      elsif new.status = 'invalid' then
        if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
          where i.xid = pg_current_xact_id() and i.target_id = new.order_id and e.j ->> 'id' = i.entry_id and e.j #>> '{target,id}' = new.order_id and e.j ->> 'action' = 'acme.challenge-failed' and e.j ->> 'outcome' = 'failure' and convert_from(i.entry, 'UTF8') is json object with unique keys)
        then
          perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
        end if;
        if exists (select from tlog.head where halted is not null) then
          perform tlog.refuse_while_halted();
        end if;
      elsif new.status = 'deactivated' then
        if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
          where i.xid = pg_current_xact_id() and i.target_id = new.order_id and e.j ->> 'id' = i.entry_id and e.j #>> '{target,id}' = new.order_id and e.j ->> 'action' = 'acme.authorization-deactivated' and e.j ->> 'outcome' = 'success' and convert_from(i.entry, 'UTF8') is json object with unique keys)
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
revoke all on function tlog.acme_authorization_needs_entry() from public;
drop trigger if exists needs_entry on public.acme_authorization;
create constraint trigger needs_entry after insert or update of status, authorized_by, problem, validated_at, expires_at on public.acme_authorization deferrable initially deferred for each row execute function tlog.acme_authorization_needs_entry();
alter table public.acme_authorization enable always trigger needs_entry;
drop trigger if exists never_changes on public.acme_authorization;
create trigger never_changes before update of id, order_id, account_id, type, value, wildcard, token, created_at on public.acme_authorization for each row when (new.id is distinct from old.id or new.order_id is distinct from old.order_id or new.account_id is distinct from old.account_id or new.type is distinct from old.type or new.value is distinct from old.value or new.wildcard is distinct from old.wildcard or new.token is distinct from old.token or new.created_at is distinct from old.created_at) execute function tlog.refuse_rewrite();
alter table public.acme_authorization enable always trigger never_changes;
drop trigger if exists no_delete on public.acme_authorization;
create trigger no_delete before delete on public.acme_authorization for each row execute function tlog.refuse_delete();
alter table public.acme_authorization enable always trigger no_delete;
drop trigger if exists no_truncate on public.acme_authorization;
create trigger no_truncate before truncate on public.acme_authorization for each statement execute function tlog.refuse_delete();
alter table public.acme_authorization enable always trigger no_truncate;

-- Privileges.
revoke all on public.acme_key from chancery_app;
grant select, insert ("id", "identity_id", "sealed", "profiles", "names", "created_by", "created_at", "expires_at", "account_id", "lineage"), update ("revoked_at") on public.acme_key to chancery_app;
revoke all on public.acme_account from chancery_app;
grant select, insert ("id", "key_id", "identity_id", "created_at", "status", "jwk", "thumbprint", "contact", "changed_at"), update ("status", "jwk", "thumbprint", "contact", "changed_at") on public.acme_account to chancery_app;
revoke all on public.acme_order from chancery_app;
grant select, insert ("id", "account_id", "identity_id", "profile", "identifiers", "replaces", "created_at", "expires_at", "status"), update ("status", "certificate_id", "problem", "csr_der", "lease_until") on public.acme_order to chancery_app;
revoke all on public.acme_authorization from chancery_app;
grant select, insert ("id", "order_id", "account_id", "type", "value", "wildcard", "token", "created_at", "status", "authorized_by", "validated_at", "expires_at"), update ("status", "authorized_by", "problem", "validated_at", "expires_at", "challenge", "lease_until") on public.acme_authorization to chancery_app;
revoke all on public.acme_nonce from chancery_app;
grant select, insert ("nonce", "expires_at"), delete on public.acme_nonce to chancery_app;
