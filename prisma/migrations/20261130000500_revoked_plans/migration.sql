-- A planned certificate that is revoked no longer replaces its predecessor, which can be rotated again.
create or replace function tlog.certificate_needs_entry() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    if new.state = 'planned' and new.der is null then
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j ->> 'id' = i.entry_id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'certificate.planned' and e.j ->> 'outcome' = 'success')
      then
        perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
      end if;
      if exists (select from tlog.head where halted is not null)
        and not exists (select from public.profile p where p.id = new.profile_id and p.system and p.slug in ('ocsp-responder', 'console-tls')) then
        perform tlog.refuse_while_halted();
      end if;
    else
      perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
    end if;
  else
    if (new.state, new.revoked_at, new.revocation_reason, new.revocation_comment, new.invalidity_date) is distinct from (old.state, old.revoked_at, old.revocation_reason, old.revocation_comment, old.invalidity_date) then
      if new.state = 'revoked' then
        if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
          where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j ->> 'id' = i.entry_id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'certificate.revoked' and e.j ->> 'outcome' = 'success' and convert_from(i.entry, 'UTF8') is json object with unique keys)
        then
          perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
        end if;
      elsif new.state = 'held' then
        if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
          where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j ->> 'id' = i.entry_id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'certificate.held' and e.j ->> 'outcome' = 'success' and convert_from(i.entry, 'UTF8') is json object with unique keys)
        then
          perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
        end if;
      elsif old.state = 'held' then
        if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
          where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j ->> 'id' = i.entry_id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'certificate.released' and e.j ->> 'outcome' = 'success' and convert_from(i.entry, 'UTF8') is json object with unique keys)
        then
          perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
        end if;
        if exists (select from tlog.head where halted is not null) then
          perform tlog.refuse_while_halted();
        end if;
      elsif old.state = 'planned' and new.state = 'issued' then
        if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
          where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j ->> 'id' = i.entry_id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'certificate.issued' and e.j ->> 'outcome' = 'success')
        then
          perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
        end if;
        if exists (select from tlog.head where halted is not null)
          and not exists (select from public.profile p where p.id = new.profile_id and p.system and p.slug in ('ocsp-responder', 'console-tls')) then
          perform tlog.refuse_while_halted();
        end if;
      elsif old.state = 'planned' and new.state = 'failed' then
        if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
          where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j ->> 'id' = i.entry_id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'certificate.failed' and e.j ->> 'outcome' = 'failure' and convert_from(i.entry, 'UTF8') is json object with unique keys)
        then
          perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
        end if;
        if exists (select from tlog.head where halted is not null)
          and not exists (select from public.profile p where p.id = new.profile_id and p.system and p.slug in ('ocsp-responder', 'console-tls')) then
          perform tlog.refuse_while_halted();
        end if;
      else
        perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
      end if;
    end if;
    if (new.der, new.fingerprint_sha256, new.issued_at) is distinct from (old.der, old.fingerprint_sha256, old.issued_at) then
      if old.state = 'planned' and new.state = 'issued' then
        null;
      else
        if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
          where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j ->> 'id' = i.entry_id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'certificate.issued' and e.j ->> 'outcome' = 'success')
        then
          perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
        end if;
        if exists (select from tlog.head where halted is not null)
          and not exists (select from public.profile p where p.id = new.profile_id and p.system and p.slug in ('ocsp-responder', 'console-tls')) then
          perform tlog.refuse_while_halted();
        end if;
      end if;
    end if;
    if new.predecessor_id is distinct from old.predecessor_id then
      if new.predecessor_id is null and new.state = 'failed' then
        if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
          where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j ->> 'id' = i.entry_id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'certificate.failed' and e.j ->> 'outcome' = 'failure' and convert_from(i.entry, 'UTF8') is json object with unique keys)
        then
          perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
        end if;
        if exists (select from tlog.head where halted is not null)
          and not exists (select from public.profile p where p.id = new.profile_id and p.system and p.slug in ('ocsp-responder', 'console-tls')) then
          perform tlog.refuse_while_halted();
        end if;
      elsif new.predecessor_id is null and new.state = 'revoked' and new.der is null then
        if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
          where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j ->> 'id' = i.entry_id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'certificate.revoked' and e.j ->> 'outcome' = 'success' and convert_from(i.entry, 'UTF8') is json object with unique keys)
        then
          perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
        end if;
      else
        perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
      end if;
    end if;
    if new.supersede_at is distinct from old.supersede_at then
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j ->> 'id' = i.entry_id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'certificate.rotated' and e.j ->> 'outcome' = 'success' and convert_from(i.entry, 'UTF8') is json object with unique keys)
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
