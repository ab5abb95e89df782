-- Filters of the audit log that a user saved under a name.
create table saved_view (
  id text primary key,
  account_id text not null references account (id) on delete no action on update no action,
  name text not null,
  query text not null,
  created_at timestamptz(3) not null,
  changed_at timestamptz(3) not null,
  deleted_at timestamptz(3)
);
create index saved_view_account on saved_view (account_id);
create unique index saved_view_name on saved_view (account_id, lower(name)) where deleted_at is null;

-- saved_view
create or replace function tlog.saved_view_needs_entry() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
      where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j ->> 'id' = i.entry_id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'view.created' and e.j ->> 'outcome' = 'success' and e.j #>> '{actor,id}' = new.account_id and convert_from(i.entry, 'UTF8') is json object with unique keys)
    then
      perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
    end if;
    if exists (select from tlog.head where halted is not null) then
      perform tlog.refuse_while_halted();
    end if;
  else
    if new.name is distinct from old.name then
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j ->> 'id' = i.entry_id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'view.renamed' and e.j ->> 'outcome' = 'success' and e.j #>> '{actor,id}' = new.account_id and e.j #>> '{details,name}' = new.name and convert_from(i.entry, 'UTF8') is json object with unique keys)
      then
        perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
      end if;
      if exists (select from tlog.head where halted is not null) then
        perform tlog.refuse_while_halted();
      end if;
    end if;
    if new.deleted_at is distinct from old.deleted_at then
      if old.deleted_at is null then
        if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
          where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j ->> 'id' = i.entry_id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'view.deleted' and e.j ->> 'outcome' = 'success' and e.j #>> '{actor,id}' = new.account_id and convert_from(i.entry, 'UTF8') is json object with unique keys)
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
    if new.changed_at is distinct from old.changed_at then
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j ->> 'id' = i.entry_id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' in ('view.renamed', 'view.deleted') and e.j ->> 'outcome' = 'success' and convert_from(i.entry, 'UTF8') is json object with unique keys)
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
revoke all on function tlog.saved_view_needs_entry() from public;
drop trigger if exists needs_entry on public.saved_view;
create constraint trigger needs_entry after insert or update of name, deleted_at, changed_at on public.saved_view deferrable initially deferred for each row execute function tlog.saved_view_needs_entry();
alter table public.saved_view enable always trigger needs_entry;
drop trigger if exists never_changes on public.saved_view;
create trigger never_changes before update of id, account_id, query, created_at on public.saved_view for each row when (new.id is distinct from old.id or new.account_id is distinct from old.account_id or new.query is distinct from old.query or new.created_at is distinct from old.created_at) execute function tlog.refuse_rewrite();
alter table public.saved_view enable always trigger never_changes;
drop trigger if exists no_delete on public.saved_view;
create trigger no_delete before delete on public.saved_view for each row execute function tlog.refuse_delete();
alter table public.saved_view enable always trigger no_delete;
drop trigger if exists no_truncate on public.saved_view;
create trigger no_truncate before truncate on public.saved_view for each statement execute function tlog.refuse_delete();
alter table public.saved_view enable always trigger no_truncate;

-- What the application's role may do.
revoke all on public.saved_view from chancery_app;
grant select, insert ("id", "account_id", "query", "created_at", "name", "deleted_at", "changed_at"), update ("name", "deleted_at", "changed_at") on public.saved_view to chancery_app;
