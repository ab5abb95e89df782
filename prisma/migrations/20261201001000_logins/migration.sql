-- Short-lived tokens of the compatible APIs. Each stands for the service token or the certificate that
-- it was made with.
create table login (
  id text primary key,
  identity_id text not null references identity (id) on update no action on delete no action,
  token_id text references api_token (id) on update no action on delete no action,
  certificate_id text references certificate (id) on update no action on delete no action,
  secret_hash bytea not null,
  created_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  constraint login_has_one_maker check (num_nonnulls(token_id, certificate_id) = 1),
  constraint login_is_short check (expires_at <= created_at + interval '5 minutes')
);
create unique index login_secret_hash_key on login (secret_hash);
create index login_expires_at_idx on login (expires_at);

-- login
create or replace function tlog.login_needs_entry() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
      where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j ->> 'id' = i.entry_id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'login.created' and e.j ->> 'outcome' = 'success' and e.j #>> '{actor,id}' = coalesce(new.token_id, new.certificate_id) and e.j #>> '{details,identityId}' = new.identity_id and convert_from(i.entry, 'UTF8') is json object with unique keys)
    then
      perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
    end if;
    if exists (select from tlog.head where halted is not null) then
      perform tlog.refuse_while_halted();
    end if;
  else
    null;
  end if;
  return null;
end $$;
revoke all on function tlog.login_needs_entry() from public;
drop trigger if exists needs_entry on public.login;
create constraint trigger needs_entry after insert on public.login deferrable initially deferred for each row execute function tlog.login_needs_entry();
alter table public.login enable always trigger needs_entry;
drop trigger if exists never_changes on public.login;
create trigger never_changes before update of id, identity_id, token_id, certificate_id, secret_hash, created_at, expires_at on public.login for each row when (new.id is distinct from old.id or new.identity_id is distinct from old.identity_id or new.token_id is distinct from old.token_id or new.certificate_id is distinct from old.certificate_id or new.secret_hash is distinct from old.secret_hash or new.created_at is distinct from old.created_at or new.expires_at is distinct from old.expires_at) execute function tlog.refuse_rewrite();
alter table public.login enable always trigger never_changes;
drop trigger if exists no_truncate on public.login;
create trigger no_truncate before truncate on public.login for each statement execute function tlog.refuse_delete();
alter table public.login enable always trigger no_truncate;

-- Privileges.
revoke all on public.login from chancery_app;
grant select, insert ("id", "identity_id", "token_id", "certificate_id", "secret_hash", "created_at", "expires_at"), delete on public.login to chancery_app;
