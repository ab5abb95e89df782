-- Saved views of other lists than the audit log, whose views had no list. The default is for nodes that still run the version before.
alter table saved_view add column list text not null default 'audit' check (list in ('audit', 'certificates', 'identities', 'alerts'));
drop index saved_view_name;
create unique index saved_view_name on saved_view (account_id, list, lower(name)) where deleted_at is null;

-- saved_view
drop trigger if exists never_changes on public.saved_view;
create trigger never_changes before update of id, account_id, list, query, created_at on public.saved_view for each row when (new.id is distinct from old.id or new.account_id is distinct from old.account_id or new.list is distinct from old.list or new.query is distinct from old.query or new.created_at is distinct from old.created_at) execute function tlog.refuse_rewrite();
alter table public.saved_view enable always trigger never_changes;

grant insert ("list") on public.saved_view to chancery_app;
