-- A public key can be blocked before any certificate was requested for it: its row has no owner, so no plan can refer to it, and blocking rests on
-- an entry of its own.
alter table public_key alter column identity_id drop not null;


-- public_key
create or replace function tlog.public_key_needs_entry() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    null;
  else
    if new.blocked is distinct from old.blocked then
      if new.blocked and not exists (select from public.certificate c where c.spki_sha256 = new.spki_sha256) then
        if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
          where i.xid = pg_current_xact_id() and i.target_id = encode(new.spki_sha256, 'hex') and e.j ->> 'id' = i.entry_id and e.j #>> '{target,id}' = encode(new.spki_sha256, 'hex') and e.j ->> 'action' = 'key.blocked' and e.j ->> 'outcome' = 'success' and convert_from(i.entry, 'UTF8') is json object with unique keys)
        then
          perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
        end if;
      elsif new.blocked then
        if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
          where i.xid = pg_current_xact_id() and i.target_id = any(array(select c.id from public.certificate c where c.spki_sha256 = new.spki_sha256)) and e.j ->> 'id' = i.entry_id and e.j #>> '{target,id}' = any(array(select c.id from public.certificate c where c.spki_sha256 = new.spki_sha256)) and e.j ->> 'action' = 'certificate.revoked' and e.j ->> 'outcome' = 'success' and e.j #>> '{details,reason}' = 'keyCompromise' and convert_from(i.entry, 'UTF8') is json object with unique keys)
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
revoke all on function tlog.public_key_needs_entry() from public;
drop trigger if exists needs_entry on public.public_key;
create constraint trigger needs_entry after update of blocked on public.public_key deferrable initially deferred for each row execute function tlog.public_key_needs_entry();
alter table public.public_key enable always trigger needs_entry;
drop trigger if exists never_changes on public.public_key;
create trigger never_changes before update of spki_sha256, identity_id, created_at on public.public_key for each row when (new.spki_sha256 is distinct from old.spki_sha256 or new.identity_id is distinct from old.identity_id or new.created_at is distinct from old.created_at) execute function tlog.refuse_rewrite();
alter table public.public_key enable always trigger never_changes;
drop trigger if exists no_delete on public.public_key;
create trigger no_delete before delete on public.public_key for each row execute function tlog.refuse_delete();
alter table public.public_key enable always trigger no_delete;
drop trigger if exists no_truncate on public.public_key;
create trigger no_truncate before truncate on public.public_key for each statement execute function tlog.refuse_delete();
alter table public.public_key enable always trigger no_truncate;
