-- Bulk actions on alerts: acknowledge, assign and resolve.
alter table bulk_act add column assignee text;
alter table bulk_act add column resolution text;
alter table bulk_act drop constraint bulk_act_act_check;
alter table bulk_act add constraint bulk_act_act_check
  check (act in ('revoke', 'hold', 'release', 'request-rotation', 'cancel-rotation-request', 'suspend', 'activate', 'assign', 'issue', 'acknowledge', 'assign-alert', 'resolve'));
alter table bulk_act add constraint bulk_act_assignee_check check (act = 'assign-alert' or assignee is null);
alter table bulk_act add constraint bulk_act_resolution_check check ((act = 'resolve') = (resolution is not null));

-- bulk_act
create or replace function tlog.bulk_act_needs_entry() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    if new.status <> 'running' then
      perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
    else
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j ->> 'id' = i.entry_id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'bulk.started' and e.j ->> 'outcome' = 'success' and e.j #>> '{actor,kind}' = new.actor_kind and e.j #>> '{actor,id}' = new.actor_id and e.j #>> '{details,act}' = new.act and e.j #>> '{details,reason}' is not distinct from new.reason and e.j #>> '{details,owner}' is not distinct from new.owner and e.j #>> '{details,assignee,id}' is not distinct from new.assignee and e.j #>> '{details,resolution}' is not distinct from new.resolution and (e.j #>> '{details,replaceBy}')::timestamptz is not distinct from new.replace_by and e.j #>> '{details,idsSha256}' = encode(sha256(convert_to(array_to_string(new.ids, ','), 'UTF8')), 'hex') and convert_from(i.entry, 'UTF8') is json object with unique keys)
      then
        perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
      end if;
      if exists (select from tlog.head where halted is not null)
        and not new.act in ('revoke', 'hold') then
        perform tlog.refuse_while_halted();
      end if;
    end if;
  else
    if (new.status, new.cause, new.ended_at) is distinct from (old.status, old.cause, old.ended_at) then
      if old.status = 'running' and new.status = 'finished' then
        if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
          where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j ->> 'id' = i.entry_id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'bulk.finished' and e.j ->> 'outcome' = 'success' and convert_from(i.entry, 'UTF8') is json object with unique keys)
        then
          perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
        end if;
        if exists (select from tlog.head where halted is not null)
          and not new.act in ('revoke', 'hold') then
          perform tlog.refuse_while_halted();
        end if;
      elsif old.status = 'running' and new.status = 'canceled' then
        if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
          where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j ->> 'id' = i.entry_id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'bulk.canceled' and e.j ->> 'outcome' = 'success' and convert_from(i.entry, 'UTF8') is json object with unique keys)
        then
          perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
        end if;
      elsif old.status = 'running' and new.status = 'stopped' then
        if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
          where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j ->> 'id' = i.entry_id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'bulk.stopped' and e.j ->> 'outcome' = 'success' and convert_from(i.entry, 'UTF8') is json object with unique keys)
        then
          perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
        end if;
      else
        perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
      end if;
    end if;
  end if;
  return null;
end $$;
revoke all on function tlog.bulk_act_needs_entry() from public;
drop trigger if exists needs_entry on public.bulk_act;
create constraint trigger needs_entry after insert or update of status, cause, ended_at on public.bulk_act deferrable initially deferred for each row execute function tlog.bulk_act_needs_entry();
alter table public.bulk_act enable always trigger needs_entry;
drop trigger if exists never_changes on public.bulk_act;
create trigger never_changes before update of id, act, ids, states, digest, total, reason, owner, assignee, resolution, comment, invalidity_date, replace_by, actor_kind, actor_id, actor_label, origin, created_at on public.bulk_act for each row when (new.id is distinct from old.id or new.act is distinct from old.act or new.ids is distinct from old.ids or new.states is distinct from old.states or new.digest is distinct from old.digest or new.total is distinct from old.total or new.reason is distinct from old.reason or new.owner is distinct from old.owner or new.assignee is distinct from old.assignee or new.resolution is distinct from old.resolution or new.comment is distinct from old.comment or new.invalidity_date is distinct from old.invalidity_date or new.replace_by is distinct from old.replace_by or new.actor_kind is distinct from old.actor_kind or new.actor_id is distinct from old.actor_id or new.actor_label is distinct from old.actor_label or new.origin is distinct from old.origin or new.created_at is distinct from old.created_at) execute function tlog.refuse_rewrite();
alter table public.bulk_act enable always trigger never_changes;
drop trigger if exists no_delete on public.bulk_act;
create trigger no_delete before delete on public.bulk_act for each row execute function tlog.refuse_delete();
alter table public.bulk_act enable always trigger no_delete;
drop trigger if exists no_truncate on public.bulk_act;
create trigger no_truncate before truncate on public.bulk_act for each statement execute function tlog.refuse_delete();
alter table public.bulk_act enable always trigger no_truncate;

-- What the application's role may do.
revoke all on public.bulk_act from chancery_app;
grant select, insert ("id", "act", "ids", "states", "digest", "total", "reason", "owner", "assignee", "resolution", "comment", "invalidity_date", "replace_by", "actor_kind", "actor_id", "actor_label", "origin", "created_at", "status", "cause", "ended_at"), update ("status", "cause", "ended_at") on public.bulk_act to chancery_app;
