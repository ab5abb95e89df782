-- The database refuses by default: each change of a guarded row needs an entry whose action is one that makes such a change
-- (lib/log/guards/guarded-tables.ts, from which the statements below are made), and ids and what gives a row its meaning never change.

create function tlog.refuse_unrecorded(place text, id text) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception '% % changed without an entry in its transaction', place, coalesce(id, '') using errcode = '23514', constraint = 'needs_entry',
    hint = 'The entry must name the row, and its action must be one that changes it in this way.';
end $$;

create function tlog.refuse_while_halted() returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception 'the log is halted: nothing can be changed' using errcode = '23514', constraint = 'log_is_halted';
end $$;

create function tlog.refuse_rewrite() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception '%: ids, owners and what was fixed at the beginning never change', tg_table_name using errcode = '23514', constraint = 'never_changes';
end $$;
revoke all on function tlog.refuse_unrecorded(text, text), tlog.refuse_while_halted(), tlog.refuse_rewrite() from public;

-- organization
create or replace function tlog.organization_needs_entry() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
      where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'organization.created' and e.j ->> 'outcome' = 'success')
    then
      perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
    end if;
    if exists (select from tlog.head where halted is not null) then
      perform tlog.refuse_while_halted();
    end if;
  else
    if new.name_binding is distinct from old.name_binding then
      if new.name_binding = 'enforced' then
        if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
          where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'names.enforced' and e.j ->> 'outcome' = 'success')
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
    if new.names_upgraded_at is distinct from old.names_upgraded_at then
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'names.upgraded' and e.j ->> 'outcome' = 'success')
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
revoke all on function tlog.organization_needs_entry() from public;
drop trigger if exists needs_entry on public.organization;
create constraint trigger needs_entry after insert or update of name_binding, names_upgraded_at on public.organization deferrable initially deferred for each row execute function tlog.organization_needs_entry();
alter table public.organization enable always trigger needs_entry;
drop trigger if exists never_changes on public.organization;
create trigger never_changes before update of id, name, created_at, "only" on public.organization for each row when (new.id is distinct from old.id or new.name is distinct from old.name or new.created_at is distinct from old.created_at or new."only" is distinct from old."only") execute function tlog.refuse_rewrite();
alter table public.organization enable always trigger never_changes;
drop trigger if exists no_delete on public.organization;
create trigger no_delete before delete on public.organization for each row execute function tlog.refuse_delete();
alter table public.organization enable always trigger no_delete;
drop trigger if exists no_truncate on public.organization;
create trigger no_truncate before truncate on public.organization for each statement execute function tlog.refuse_delete();
alter table public.organization enable always trigger no_truncate;

-- authority
create or replace function tlog.authority_needs_entry() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    if new.status = 'pending' and new.certificate_id is null and new.certificate_der is null then
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'authority.created' and e.j ->> 'outcome' = 'success')
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
    if (new.status, new.certificate_id, new.certificate_der, new.not_after) is distinct from (old.status, old.certificate_id, old.certificate_der, old.not_after) then
      if old.status = 'pending' and new.status = 'active' then
        if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
          where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'authority.activated' and e.j ->> 'outcome' = 'success' and e.j #>> '{details,certificateId}' = new.certificate_id)
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
revoke all on function tlog.authority_needs_entry() from public;
drop trigger if exists needs_entry on public.authority;
create constraint trigger needs_entry after insert or update of status, certificate_id, certificate_der, not_after on public.authority deferrable initially deferred for each row execute function tlog.authority_needs_entry();
alter table public.authority enable always trigger needs_entry;
drop trigger if exists never_changes on public.authority;
create trigger never_changes before update of id, slug, name, kind, key_algorithm, key_id, parent_id, subject_text, crl_period_seconds, created_at on public.authority for each row when (new.id is distinct from old.id or new.slug is distinct from old.slug or new.name is distinct from old.name or new.kind is distinct from old.kind or new.key_algorithm is distinct from old.key_algorithm or new.key_id is distinct from old.key_id or new.parent_id is distinct from old.parent_id or new.subject_text is distinct from old.subject_text or new.crl_period_seconds is distinct from old.crl_period_seconds or new.created_at is distinct from old.created_at) execute function tlog.refuse_rewrite();
alter table public.authority enable always trigger never_changes;
drop trigger if exists no_delete on public.authority;
create trigger no_delete before delete on public.authority for each row execute function tlog.refuse_delete();
alter table public.authority enable always trigger no_delete;
drop trigger if exists no_truncate on public.authority;
create trigger no_truncate before truncate on public.authority for each statement execute function tlog.refuse_delete();
alter table public.authority enable always trigger no_truncate;

-- signing_key
create or replace function tlog.signing_key_needs_entry() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
      where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'key.created' and e.j ->> 'outcome' = 'success')
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
revoke all on function tlog.signing_key_needs_entry() from public;
drop trigger if exists needs_entry on public.signing_key;
create constraint trigger needs_entry after insert on public.signing_key deferrable initially deferred for each row execute function tlog.signing_key_needs_entry();
alter table public.signing_key enable always trigger needs_entry;

-- profile
create or replace function tlog.profile_needs_entry() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
      where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'profile.created' and e.j ->> 'outcome' = 'success')
    then
      perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
    end if;
    if exists (select from tlog.head where halted is not null) then
      perform tlog.refuse_while_halted();
    end if;
  else
    if (new.name, new.description, new.status, new.version, new.rules, new.authority_id, new.changed_at) is distinct from (old.name, old.description, old.status, old.version, old.rules, old.authority_id, old.changed_at) then
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'profile.updated' and e.j ->> 'outcome' = 'success')
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
revoke all on function tlog.profile_needs_entry() from public;
drop trigger if exists needs_entry on public.profile;
create constraint trigger needs_entry after insert or update of name, description, status, version, rules, authority_id, changed_at on public.profile deferrable initially deferred for each row execute function tlog.profile_needs_entry();
alter table public.profile enable always trigger needs_entry;
drop trigger if exists never_changes on public.profile;
create trigger never_changes before update of id, slug, system, created_at on public.profile for each row when (new.id is distinct from old.id or new.slug is distinct from old.slug or new.system is distinct from old.system or new.created_at is distinct from old.created_at) execute function tlog.refuse_rewrite();
alter table public.profile enable always trigger never_changes;
drop trigger if exists no_delete on public.profile;
create trigger no_delete before delete on public.profile for each row execute function tlog.refuse_delete();
alter table public.profile enable always trigger no_delete;
drop trigger if exists no_truncate on public.profile;
create trigger no_truncate before truncate on public.profile for each statement execute function tlog.refuse_delete();
alter table public.profile enable always trigger no_truncate;

-- public_key
create or replace function tlog.public_key_needs_entry() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    null;
  else
    if new.blocked is distinct from old.blocked then
      if new.blocked then
        if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
          where i.xid = pg_current_xact_id() and i.target_id = any(array(select c.id from public.certificate c where c.spki_sha256 = new.spki_sha256)) and e.j #>> '{target,id}' = any(array(select c.id from public.certificate c where c.spki_sha256 = new.spki_sha256)) and e.j ->> 'action' = 'certificate.revoked' and e.j ->> 'outcome' = 'success' and e.j #>> '{details,reason}' = 'keyCompromise')
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

-- certificate
create or replace function tlog.certificate_needs_entry() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    if new.state = 'planned' and new.der is null then
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'certificate.planned' and e.j ->> 'outcome' = 'success')
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
          where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'certificate.revoked' and e.j ->> 'outcome' = 'success')
        then
          perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
        end if;
      elsif new.state = 'held' then
        if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
          where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'certificate.held' and e.j ->> 'outcome' = 'success')
        then
          perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
        end if;
      elsif old.state = 'held' then
        if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
          where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'certificate.released' and e.j ->> 'outcome' = 'success')
        then
          perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
        end if;
        if exists (select from tlog.head where halted is not null) then
          perform tlog.refuse_while_halted();
        end if;
      elsif old.state = 'planned' and new.state = 'issued' then
        if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
          where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'certificate.issued' and e.j ->> 'outcome' = 'success')
        then
          perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
        end if;
        if exists (select from tlog.head where halted is not null)
          and not exists (select from public.profile p where p.id = new.profile_id and p.system and p.slug in ('ocsp-responder', 'console-tls')) then
          perform tlog.refuse_while_halted();
        end if;
      elsif old.state = 'planned' and new.state = 'failed' then
        if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
          where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'certificate.failed' and e.j ->> 'outcome' = 'failure')
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
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'certificate.issued' and e.j ->> 'outcome' = 'success')
      then
        perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
      end if;
      if exists (select from tlog.head where halted is not null)
        and not exists (select from public.profile p where p.id = new.profile_id and p.system and p.slug in ('ocsp-responder', 'console-tls')) then
        perform tlog.refuse_while_halted();
      end if;
    end if;
    if new.predecessor_id is distinct from old.predecessor_id then
      if new.predecessor_id is null then
        if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
          where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'certificate.failed' and e.j ->> 'outcome' = 'failure')
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
    if new.supersede_at is distinct from old.supersede_at then
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'certificate.rotated' and e.j ->> 'outcome' = 'success')
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
revoke all on function tlog.certificate_needs_entry() from public;
drop trigger if exists needs_entry on public.certificate;
create constraint trigger needs_entry after insert or update of state, revoked_at, revocation_reason, revocation_comment, invalidity_date, der, fingerprint_sha256, issued_at, predecessor_id, supersede_at on public.certificate deferrable initially deferred for each row execute function tlog.certificate_needs_entry();
alter table public.certificate enable always trigger needs_entry;
drop trigger if exists never_changes on public.certificate;
create trigger never_changes before update of id, issuer_id, serial, profile_id, profile_version, identity_id, subject_text, common_name, sans, key_algorithm, spki_sha256, not_before, not_after, tbs_der, plan_entry_id, csr_der, requested_by, crl_shard, created_at on public.certificate for each row when (new.id is distinct from old.id or new.issuer_id is distinct from old.issuer_id or new.serial is distinct from old.serial or new.profile_id is distinct from old.profile_id or new.profile_version is distinct from old.profile_version or new.identity_id is distinct from old.identity_id or new.subject_text is distinct from old.subject_text or new.common_name is distinct from old.common_name or new.sans is distinct from old.sans or new.key_algorithm is distinct from old.key_algorithm or new.spki_sha256 is distinct from old.spki_sha256 or new.not_before is distinct from old.not_before or new.not_after is distinct from old.not_after or new.tbs_der is distinct from old.tbs_der or new.plan_entry_id is distinct from old.plan_entry_id or new.csr_der is distinct from old.csr_der or new.requested_by is distinct from old.requested_by or new.crl_shard is distinct from old.crl_shard or new.created_at is distinct from old.created_at) execute function tlog.refuse_rewrite();
alter table public.certificate enable always trigger never_changes;
drop trigger if exists no_delete on public.certificate;
create trigger no_delete before delete on public.certificate for each row execute function tlog.refuse_delete();
alter table public.certificate enable always trigger no_delete;
drop trigger if exists no_truncate on public.certificate;
create trigger no_truncate before truncate on public.certificate for each statement execute function tlog.refuse_delete();
alter table public.certificate enable always trigger no_truncate;

-- crl
create or replace function tlog.crl_needs_entry() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
      where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'crl.issued' and e.j ->> 'outcome' = 'success')
    then
      perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
    end if;
  else
    null;
  end if;
  return null;
end $$;
revoke all on function tlog.crl_needs_entry() from public;
drop trigger if exists needs_entry on public.crl;
create constraint trigger needs_entry after insert on public.crl deferrable initially deferred for each row execute function tlog.crl_needs_entry();
alter table public.crl enable always trigger needs_entry;
drop trigger if exists never_changes on public.crl;
create trigger never_changes before update of id, authority_id, shard, number, this_update, next_update, entry_count, created_at on public.crl for each row when (new.id is distinct from old.id or new.authority_id is distinct from old.authority_id or new.shard is distinct from old.shard or new.number is distinct from old.number or new.this_update is distinct from old.this_update or new.next_update is distinct from old.next_update or new.entry_count is distinct from old.entry_count or new.created_at is distinct from old.created_at) execute function tlog.refuse_rewrite();
alter table public.crl enable always trigger never_changes;
drop trigger if exists no_delete on public.crl;
create trigger no_delete before delete on public.crl for each row execute function tlog.refuse_delete();
alter table public.crl enable always trigger no_delete;
drop trigger if exists no_truncate on public.crl;
create trigger no_truncate before truncate on public.crl for each statement execute function tlog.refuse_delete();
alter table public.crl enable always trigger no_truncate;

-- identity
create or replace function tlog.identity_needs_entry() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
      where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'identity.created' and e.j ->> 'outcome' = 'success')
    then
      perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
    end if;
    if exists (select from tlog.head where halted is not null) then
      perform tlog.refuse_while_halted();
    end if;
  else
    if new.name is distinct from old.name then
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'identity.updated' and e.j ->> 'outcome' = 'success' and e.j #> '{details,changes}' ? 'name')
      then
        perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
      end if;
      if exists (select from tlog.head where halted is not null) then
        perform tlog.refuse_while_halted();
      end if;
    end if;
    if new.owner is distinct from old.owner then
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'identity.updated' and e.j ->> 'outcome' = 'success' and e.j #> '{details,changes}' ? 'owner')
      then
        perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
      end if;
      if exists (select from tlog.head where halted is not null) then
        perform tlog.refuse_while_halted();
      end if;
    end if;
    if new.note is distinct from old.note then
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'identity.updated' and e.j ->> 'outcome' = 'success' and e.j #> '{details,changes}' ? 'note')
      then
        perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
      end if;
      if exists (select from tlog.head where halted is not null) then
        perform tlog.refuse_while_halted();
      end if;
    end if;
    if new.networks is distinct from old.networks then
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'identity.updated' and e.j ->> 'outcome' = 'success' and e.j #> '{details,changes}' ? 'networks')
      then
        perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
      end if;
      if exists (select from tlog.head where halted is not null) then
        perform tlog.refuse_while_halted();
      end if;
    end if;
    if new.status is distinct from old.status then
      if new.status = 'suspended' then
        if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
          where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'identity.suspended' and e.j ->> 'outcome' = 'success')
        then
          perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
        end if;
        if exists (select from tlog.head where halted is not null) then
          perform tlog.refuse_while_halted();
        end if;
      elsif new.status = 'active' then
        if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
          where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'identity.activated' and e.j ->> 'outcome' = 'success')
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
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' in ('identity.updated', 'identity.suspended', 'identity.activated') and e.j ->> 'outcome' = 'success')
      then
        perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
      end if;
      if exists (select from tlog.head where halted is not null) then
        perform tlog.refuse_while_halted();
      end if;
    end if;
    if (new.epoch, new.names_epoch) is distinct from (old.epoch, old.names_epoch) then
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' in ('identity.created', 'identity.updated', 'identity.power-granted', 'identity.power-removed', 'identity.suspended', 'identity.activated', 'identity.names-added', 'identity.names-released', 'identity.names-shared', 'identity.names-transferred', 'identity.names-decided', 'identity.name-freed', 'identity.names-upgraded') and e.j ->> 'outcome' = 'success')
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
revoke all on function tlog.identity_needs_entry() from public;
drop trigger if exists needs_entry on public.identity;
create constraint trigger needs_entry after insert or update of name, owner, note, networks, status, changed_at, epoch, names_epoch on public.identity deferrable initially deferred for each row execute function tlog.identity_needs_entry();
alter table public.identity enable always trigger needs_entry;
drop trigger if exists never_changes on public.identity;
create trigger never_changes before update of id, kind, created_at on public.identity for each row when (new.id is distinct from old.id or new.kind is distinct from old.kind or new.created_at is distinct from old.created_at) execute function tlog.refuse_rewrite();
alter table public.identity enable always trigger never_changes;
drop trigger if exists no_delete on public.identity;
create trigger no_delete before delete on public.identity for each row execute function tlog.refuse_delete();
alter table public.identity enable always trigger no_delete;
drop trigger if exists no_truncate on public.identity;
create trigger no_truncate before truncate on public.identity for each statement execute function tlog.refuse_delete();
alter table public.identity enable always trigger no_truncate;

-- identity_name
drop trigger if exists never_changes on public.identity_name;
create trigger never_changes before update of id, identity_id, type, form, value, origin, created_at on public.identity_name for each row when (new.id is distinct from old.id or new.identity_id is distinct from old.identity_id or new.type is distinct from old.type or new.form is distinct from old.form or new.value is distinct from old.value or new.origin is distinct from old.origin or new.created_at is distinct from old.created_at) execute function tlog.refuse_rewrite();
alter table public.identity_name enable always trigger never_changes;
drop trigger if exists no_delete on public.identity_name;
create trigger no_delete before delete on public.identity_name for each row execute function tlog.refuse_delete();
alter table public.identity_name enable always trigger no_delete;
drop trigger if exists no_truncate on public.identity_name;
create trigger no_truncate before truncate on public.identity_name for each statement execute function tlog.refuse_delete();
alter table public.identity_name enable always trigger no_truncate;

-- name_share
drop trigger if exists never_changes on public.name_share;
create trigger never_changes before update of id, comment, review_at, created_by, created_at on public.name_share for each row when (new.id is distinct from old.id or new.comment is distinct from old.comment or new.review_at is distinct from old.review_at or new.created_by is distinct from old.created_by or new.created_at is distinct from old.created_at) execute function tlog.refuse_rewrite();
alter table public.name_share enable always trigger never_changes;
drop trigger if exists no_delete on public.name_share;
create trigger no_delete before delete on public.name_share for each row execute function tlog.refuse_delete();
alter table public.name_share enable always trigger no_delete;
drop trigger if exists no_truncate on public.name_share;
create trigger no_truncate before truncate on public.name_share for each statement execute function tlog.refuse_delete();
alter table public.name_share enable always trigger no_truncate;

-- account
create or replace function tlog.account_needs_entry() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
      where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'account.created' and e.j ->> 'outcome' = 'success' and e.j #>> '{details,role}' = new.role)
    then
      perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
    end if;
    if exists (select from tlog.head where halted is not null) then
      perform tlog.refuse_while_halted();
    end if;
  else
    if new.name is distinct from old.name then
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'account.updated' and e.j ->> 'outcome' = 'success' and e.j #> '{details,changes}' ? 'name')
      then
        perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
      end if;
      if exists (select from tlog.head where halted is not null) then
        perform tlog.refuse_while_halted();
      end if;
    end if;
    if new.role is distinct from old.role then
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'account.updated' and e.j ->> 'outcome' = 'success' and e.j #>> '{details,changes,role,to}' = new.role)
      then
        perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
      end if;
      if exists (select from tlog.head where halted is not null) then
        perform tlog.refuse_while_halted();
      end if;
    end if;
    if new.status is distinct from old.status then
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'account.updated' and e.j ->> 'outcome' = 'success' and e.j #>> '{details,changes,status,to}' = new.status)
      then
        perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
      end if;
      if exists (select from tlog.head where halted is not null) then
        perform tlog.refuse_while_halted();
      end if;
    end if;
    if new.password_hash is distinct from old.password_hash then
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'account.updated' and e.j ->> 'outcome' = 'success' and e.j #> '{details,changes}' ? 'password')
      then
        perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
      end if;
      if exists (select from tlog.head where halted is not null) then
        perform tlog.refuse_while_halted();
      end if;
    end if;
    if new.identity_id is distinct from old.identity_id then
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'account.updated' and e.j ->> 'outcome' = 'success' and e.j #> '{details,changes}' ? 'identity')
      then
        perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
      end if;
      if exists (select from tlog.head where halted is not null) then
        perform tlog.refuse_while_halted();
      end if;
    end if;
    if new.changed_at is distinct from old.changed_at then
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'account.updated' and e.j ->> 'outcome' = 'success')
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
revoke all on function tlog.account_needs_entry() from public;
drop trigger if exists needs_entry on public.account;
create constraint trigger needs_entry after insert or update of name, role, status, password_hash, identity_id, changed_at on public.account deferrable initially deferred for each row execute function tlog.account_needs_entry();
alter table public.account enable always trigger needs_entry;
drop trigger if exists never_changes on public.account;
create trigger never_changes before update of id, email, created_at on public.account for each row when (new.id is distinct from old.id or new.email is distinct from old.email or new.created_at is distinct from old.created_at) execute function tlog.refuse_rewrite();
alter table public.account enable always trigger never_changes;
drop trigger if exists no_delete on public.account;
create trigger no_delete before delete on public.account for each row execute function tlog.refuse_delete();
alter table public.account enable always trigger no_delete;
drop trigger if exists no_truncate on public.account;
create trigger no_truncate before truncate on public.account for each statement execute function tlog.refuse_delete();
alter table public.account enable always trigger no_truncate;

-- session
create or replace function tlog.session_needs_entry() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
      where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'session.started' and e.j ->> 'outcome' = 'success' and e.j #>> '{actor,id}' = new.account_id)
    then
      perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
    end if;
  else
    if new.ended_at is distinct from old.ended_at then
      if old.ended_at is null then
        if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
          where i.xid = pg_current_xact_id() and i.target_id = any(array[new.id, new.account_id, new.proxy_id]) and (
            e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'session.ended' and e.j ->> 'outcome' = 'success' or
            e.j #>> '{target,id}' = new.account_id and e.j ->> 'action' in ('session.ended', 'account.updated') and e.j ->> 'outcome' = 'success' or
            e.j #>> '{target,id}' = new.proxy_id and e.j ->> 'action' in ('proxy.updated', 'proxy.removed') and e.j ->> 'outcome' = 'success'))
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
revoke all on function tlog.session_needs_entry() from public;
drop trigger if exists needs_entry on public.session;
create constraint trigger needs_entry after insert or update of ended_at on public.session deferrable initially deferred for each row execute function tlog.session_needs_entry();
alter table public.session enable always trigger needs_entry;
drop trigger if exists never_changes on public.session;
create trigger never_changes before update of id, account_id, certificate_id, proxy_id, created_at, expires_at, ip, user_agent on public.session for each row when (new.id is distinct from old.id or new.account_id is distinct from old.account_id or new.certificate_id is distinct from old.certificate_id or new.proxy_id is distinct from old.proxy_id or new.created_at is distinct from old.created_at or new.expires_at is distinct from old.expires_at or new.ip is distinct from old.ip or new.user_agent is distinct from old.user_agent) execute function tlog.refuse_rewrite();
alter table public.session enable always trigger never_changes;
drop trigger if exists no_truncate on public.session;
create trigger no_truncate before truncate on public.session for each statement execute function tlog.refuse_delete();
alter table public.session enable always trigger no_truncate;

-- invitation
create or replace function tlog.invitation_needs_entry() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
      where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'invitation.created' and e.j ->> 'outcome' = 'success')
    then
      perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
    end if;
    if exists (select from tlog.head where halted is not null) then
      perform tlog.refuse_while_halted();
    end if;
  else
    if (new.used_at, new.used_ip) is distinct from (old.used_at, old.used_ip) then
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'invitation.accepted' and e.j ->> 'outcome' = 'success')
      then
        perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
      end if;
      if exists (select from tlog.head where halted is not null) then
        perform tlog.refuse_while_halted();
      end if;
    end if;
    if new.canceled_at is distinct from old.canceled_at then
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'invitation.canceled' and e.j ->> 'outcome' = 'success')
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
revoke all on function tlog.invitation_needs_entry() from public;
drop trigger if exists needs_entry on public.invitation;
create constraint trigger needs_entry after insert or update of used_at, used_ip, canceled_at on public.invitation deferrable initially deferred for each row execute function tlog.invitation_needs_entry();
alter table public.invitation enable always trigger needs_entry;
drop trigger if exists never_changes on public.invitation;
create trigger never_changes before update of id, account_id, token_sha256, created_by, created_at, expires_at on public.invitation for each row when (new.id is distinct from old.id or new.account_id is distinct from old.account_id or new.token_sha256 is distinct from old.token_sha256 or new.created_by is distinct from old.created_by or new.created_at is distinct from old.created_at or new.expires_at is distinct from old.expires_at) execute function tlog.refuse_rewrite();
alter table public.invitation enable always trigger never_changes;
drop trigger if exists no_delete on public.invitation;
create trigger no_delete before delete on public.invitation for each row execute function tlog.refuse_delete();
alter table public.invitation enable always trigger no_delete;
drop trigger if exists no_truncate on public.invitation;
create trigger no_truncate before truncate on public.invitation for each statement execute function tlog.refuse_delete();
alter table public.invitation enable always trigger no_truncate;

-- api_token
create or replace function tlog.api_token_needs_entry() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
      where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'token.created' and e.j ->> 'outcome' = 'success' and e.j #>> '{details,role}' = new.role)
    then
      perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
    end if;
    if exists (select from tlog.head where halted is not null) then
      perform tlog.refuse_while_halted();
    end if;
  else
    if new.revoked_at is distinct from old.revoked_at then
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'token.revoked' and e.j ->> 'outcome' = 'success')
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
revoke all on function tlog.api_token_needs_entry() from public;
drop trigger if exists needs_entry on public.api_token;
create constraint trigger needs_entry after insert or update of revoked_at on public.api_token deferrable initially deferred for each row execute function tlog.api_token_needs_entry();
alter table public.api_token enable always trigger needs_entry;
drop trigger if exists never_changes on public.api_token;
create trigger never_changes before update of id, name, role, identity_id, secret_hash, hint, created_by, created_at, expires_at, parent_id, account_id, lineage on public.api_token for each row when (new.id is distinct from old.id or new.name is distinct from old.name or new.role is distinct from old.role or new.identity_id is distinct from old.identity_id or new.secret_hash is distinct from old.secret_hash or new.hint is distinct from old.hint or new.created_by is distinct from old.created_by or new.created_at is distinct from old.created_at or new.expires_at is distinct from old.expires_at or new.parent_id is distinct from old.parent_id or new.account_id is distinct from old.account_id or new.lineage is distinct from old.lineage) execute function tlog.refuse_rewrite();
alter table public.api_token enable always trigger never_changes;
drop trigger if exists no_delete on public.api_token;
create trigger no_delete before delete on public.api_token for each row execute function tlog.refuse_delete();
alter table public.api_token enable always trigger no_delete;
drop trigger if exists no_truncate on public.api_token;
create trigger no_truncate before truncate on public.api_token for each statement execute function tlog.refuse_delete();
alter table public.api_token enable always trigger no_truncate;

-- proxy
create or replace function tlog.proxy_needs_entry() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
      where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'proxy.trusted' and e.j ->> 'outcome' = 'success')
    then
      perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
    end if;
    if exists (select from tlog.head where halted is not null) then
      perform tlog.refuse_while_halted();
    end if;
  else
    if new.kind is distinct from old.kind then
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'proxy.updated' and e.j ->> 'outcome' = 'success' and e.j #>> '{details,changes,kind,to}' = new.kind)
      then
        perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
      end if;
      if exists (select from tlog.head where halted is not null) then
        perform tlog.refuse_while_halted();
      end if;
    end if;
    if new.hops is distinct from old.hops then
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'proxy.updated' and e.j ->> 'outcome' = 'success' and e.j #> '{details,changes}' ? 'hops')
      then
        perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
      end if;
      if exists (select from tlog.head where halted is not null) then
        perform tlog.refuse_while_halted();
      end if;
    end if;
    if new.scopes is distinct from old.scopes then
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'proxy.updated' and e.j ->> 'outcome' = 'success' and e.j #> '{details,changes}' ? 'scopes')
      then
        perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
      end if;
      if exists (select from tlog.head where halted is not null) then
        perform tlog.refuse_while_halted();
      end if;
    end if;
    if new.note is distinct from old.note then
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'proxy.updated' and e.j ->> 'outcome' = 'success' and e.j #> '{details,changes}' ? 'note')
      then
        perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
      end if;
      if exists (select from tlog.head where halted is not null) then
        perform tlog.refuse_while_halted();
      end if;
    end if;
    if new.status is distinct from old.status then
      if new.status = 'removed' then
        if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
          where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'proxy.removed' and e.j ->> 'outcome' = 'success')
        then
          perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
        end if;
        if exists (select from tlog.head where halted is not null) then
          perform tlog.refuse_while_halted();
        end if;
      else
        if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
          where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'proxy.updated' and e.j ->> 'outcome' = 'success' and e.j #> '{details,changes}' ? 'status')
        then
          perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
        end if;
        if exists (select from tlog.head where halted is not null) then
          perform tlog.refuse_while_halted();
        end if;
      end if;
    end if;
    if new.changed_at is distinct from old.changed_at then
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' in ('proxy.updated', 'proxy.removed') and e.j ->> 'outcome' = 'success')
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
revoke all on function tlog.proxy_needs_entry() from public;
drop trigger if exists needs_entry on public.proxy;
create constraint trigger needs_entry after insert or update of kind, hops, scopes, note, status, changed_at on public.proxy deferrable initially deferred for each row execute function tlog.proxy_needs_entry();
alter table public.proxy enable always trigger needs_entry;
drop trigger if exists never_changes on public.proxy;
create trigger never_changes before update of id, identity_id, unscoped_until, created_at on public.proxy for each row when (new.id is distinct from old.id or new.identity_id is distinct from old.identity_id or new.unscoped_until is distinct from old.unscoped_until or new.created_at is distinct from old.created_at) execute function tlog.refuse_rewrite();
alter table public.proxy enable always trigger never_changes;
drop trigger if exists no_delete on public.proxy;
create trigger no_delete before delete on public.proxy for each row execute function tlog.refuse_delete();
alter table public.proxy enable always trigger no_delete;
drop trigger if exists no_truncate on public.proxy;
create trigger no_truncate before truncate on public.proxy for each statement execute function tlog.refuse_delete();
alter table public.proxy enable always trigger no_truncate;

-- policy
create or replace function tlog.policy_needs_entry() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
      where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'policy.created' and e.j ->> 'outcome' = 'success')
    then
      perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
    end if;
    if exists (select from tlog.head where halted is not null) then
      perform tlog.refuse_while_halted();
    end if;
  else
    if (new.name, new.description, new.status, new.version, new.rules, new.changed_at) is distinct from (old.name, old.description, old.status, old.version, old.rules, old.changed_at) then
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'policy.updated' and e.j ->> 'outcome' = 'success')
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
revoke all on function tlog.policy_needs_entry() from public;
drop trigger if exists needs_entry on public.policy;
create constraint trigger needs_entry after insert or update of name, description, status, version, rules, changed_at on public.policy deferrable initially deferred for each row execute function tlog.policy_needs_entry();
alter table public.policy enable always trigger needs_entry;
drop trigger if exists never_changes on public.policy;
create trigger never_changes before update of id, service, created_at on public.policy for each row when (new.id is distinct from old.id or new.service is distinct from old.service or new.created_at is distinct from old.created_at) execute function tlog.refuse_rewrite();
alter table public.policy enable always trigger never_changes;
drop trigger if exists no_delete on public.policy;
create trigger no_delete before delete on public.policy for each row execute function tlog.refuse_delete();
alter table public.policy enable always trigger no_delete;
drop trigger if exists no_truncate on public.policy;
create trigger no_truncate before truncate on public.policy for each statement execute function tlog.refuse_delete();
alter table public.policy enable always trigger no_truncate;

-- alert
create or replace function tlog.alert_needs_entry() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
      where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'alert.opened' and e.j ->> 'outcome' = 'success')
    then
      perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
    end if;
  else
    if new.severity is distinct from old.severity then
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'alert.escalated' and e.j ->> 'outcome' = 'success')
      then
        perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
      end if;
    end if;
    if new.assigned_to is distinct from old.assigned_to then
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'alert.assigned' and e.j ->> 'outcome' = 'success')
      then
        perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
      end if;
    end if;
    if (new.acknowledged_by, new.acknowledged_at) is distinct from (old.acknowledged_by, old.acknowledged_at) then
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'alert.acknowledged' and e.j ->> 'outcome' = 'success')
      then
        perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
      end if;
    end if;
    if (new.resolved_by, new.resolved_at, new.resolution, new.comment) is distinct from (old.resolved_by, old.resolved_at, old.resolution, old.comment) then
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'alert.resolved' and e.j ->> 'outcome' = 'success')
      then
        perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
      end if;
    end if;
    if new.status is distinct from old.status then
      if old.status = 'open' and new.status = 'acknowledged' then
        if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
          where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'alert.acknowledged' and e.j ->> 'outcome' = 'success')
        then
          perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
        end if;
      elsif new.status = 'resolved' then
        if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
          where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'alert.resolved' and e.j ->> 'outcome' = 'success')
        then
          perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
        end if;
      else
        perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
      end if;
    end if;
    if new.changed_at is distinct from old.changed_at then
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' in ('alert.escalated', 'alert.assigned', 'alert.acknowledged', 'alert.resolved') and e.j ->> 'outcome' = 'success')
      then
        perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
      end if;
    end if;
  end if;
  return null;
end $$;
revoke all on function tlog.alert_needs_entry() from public;
drop trigger if exists needs_entry on public.alert;
create constraint trigger needs_entry after insert or update of severity, assigned_to, acknowledged_by, acknowledged_at, resolved_by, resolved_at, resolution, comment, status, changed_at on public.alert deferrable initially deferred for each row execute function tlog.alert_needs_entry();
alter table public.alert enable always trigger needs_entry;
drop trigger if exists never_changes on public.alert;
create trigger never_changes before update of id, rule, subject_kind, subject_id, subject_label, identity_id, summary, opened_at on public.alert for each row when (new.id is distinct from old.id or new.rule is distinct from old.rule or new.subject_kind is distinct from old.subject_kind or new.subject_id is distinct from old.subject_id or new.subject_label is distinct from old.subject_label or new.identity_id is distinct from old.identity_id or new.summary is distinct from old.summary or new.opened_at is distinct from old.opened_at) execute function tlog.refuse_rewrite();
alter table public.alert enable always trigger never_changes;
drop trigger if exists no_delete on public.alert;
create trigger no_delete before delete on public.alert for each row execute function tlog.refuse_delete();
alter table public.alert enable always trigger no_delete;
drop trigger if exists no_truncate on public.alert;
create trigger no_truncate before truncate on public.alert for each statement execute function tlog.refuse_delete();
alter table public.alert enable always trigger no_truncate;

-- alert_figures
create or replace function tlog.alert_figures_needs_entry() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
      where i.xid = pg_current_xact_id() and i.target_id = new.alert_id and e.j #>> '{target,id}' = new.alert_id and e.j ->> 'action' = 'alert.opened' and e.j ->> 'outcome' = 'success')
    then
      perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
    end if;
  else
    null;
  end if;
  return null;
end $$;
revoke all on function tlog.alert_figures_needs_entry() from public;
drop trigger if exists needs_entry on public.alert_figures;
create constraint trigger needs_entry after insert on public.alert_figures deferrable initially deferred for each row execute function tlog.alert_figures_needs_entry();
alter table public.alert_figures enable always trigger needs_entry;
drop trigger if exists never_changes on public.alert_figures;
create trigger never_changes before update of alert_id, first_seq, first_at on public.alert_figures for each row when (new.alert_id is distinct from old.alert_id or new.first_seq is distinct from old.first_seq or new.first_at is distinct from old.first_at) execute function tlog.refuse_rewrite();
alter table public.alert_figures enable always trigger never_changes;
drop trigger if exists no_delete on public.alert_figures;
create trigger no_delete before delete on public.alert_figures for each row execute function tlog.refuse_delete();
alter table public.alert_figures enable always trigger no_delete;
drop trigger if exists no_truncate on public.alert_figures;
create trigger no_truncate before truncate on public.alert_figures for each statement execute function tlog.refuse_delete();
alter table public.alert_figures enable always trigger no_truncate;

-- alert_exception
create or replace function tlog.alert_exception_needs_entry() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
      where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'exception.created' and e.j ->> 'outcome' = 'success')
    then
      perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
    end if;
    if exists (select from tlog.head where halted is not null) then
      perform tlog.refuse_while_halted();
    end if;
  else
    if new.ended_at is distinct from old.ended_at then
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'exception.ended' and e.j ->> 'outcome' = 'success')
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
revoke all on function tlog.alert_exception_needs_entry() from public;
drop trigger if exists needs_entry on public.alert_exception;
create constraint trigger needs_entry after insert or update of ended_at on public.alert_exception deferrable initially deferred for each row execute function tlog.alert_exception_needs_entry();
alter table public.alert_exception enable always trigger needs_entry;
drop trigger if exists never_changes on public.alert_exception;
create trigger never_changes before update of id, rule, subject_kind, subject_id, subject_label, network, comment, created_by, created_at, expires_at on public.alert_exception for each row when (new.id is distinct from old.id or new.rule is distinct from old.rule or new.subject_kind is distinct from old.subject_kind or new.subject_id is distinct from old.subject_id or new.subject_label is distinct from old.subject_label or new.network is distinct from old.network or new.comment is distinct from old.comment or new.created_by is distinct from old.created_by or new.created_at is distinct from old.created_at or new.expires_at is distinct from old.expires_at) execute function tlog.refuse_rewrite();
alter table public.alert_exception enable always trigger never_changes;
drop trigger if exists no_delete on public.alert_exception;
create trigger no_delete before delete on public.alert_exception for each row execute function tlog.refuse_delete();
alter table public.alert_exception enable always trigger no_delete;
drop trigger if exists no_truncate on public.alert_exception;
create trigger no_truncate before truncate on public.alert_exception for each statement execute function tlog.refuse_delete();
alter table public.alert_exception enable always trigger no_truncate;

-- rule_setting
create or replace function tlog.rule_setting_needs_entry() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
      where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'rule.updated' and e.j ->> 'outcome' = 'success')
    then
      perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
    end if;
    if exists (select from tlog.head where halted is not null) then
      perform tlog.refuse_while_halted();
    end if;
  else
    if (new.enabled, new.severity, new."values", new.changed_at) is distinct from (old.enabled, old.severity, old."values", old.changed_at) then
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'rule.updated' and e.j ->> 'outcome' = 'success')
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
revoke all on function tlog.rule_setting_needs_entry() from public;
drop trigger if exists needs_entry on public.rule_setting;
create constraint trigger needs_entry after insert or update of enabled, severity, "values", changed_at on public.rule_setting deferrable initially deferred for each row execute function tlog.rule_setting_needs_entry();
alter table public.rule_setting enable always trigger needs_entry;
drop trigger if exists never_changes on public.rule_setting;
create trigger never_changes before update of id on public.rule_setting for each row when (new.id is distinct from old.id) execute function tlog.refuse_rewrite();
alter table public.rule_setting enable always trigger never_changes;
drop trigger if exists no_delete on public.rule_setting;
create trigger no_delete before delete on public.rule_setting for each row execute function tlog.refuse_delete();
alter table public.rule_setting enable always trigger no_delete;
drop trigger if exists no_truncate on public.rule_setting;
create trigger no_truncate before truncate on public.rule_setting for each statement execute function tlog.refuse_delete();
alter table public.rule_setting enable always trigger no_truncate;

-- destination
create or replace function tlog.destination_needs_entry() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
      where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'destination.created' and e.j ->> 'outcome' = 'success')
    then
      perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
    end if;
    if exists (select from tlog.head where halted is not null) then
      perform tlog.refuse_while_halted();
    end if;
  else
    if (new.status, new.changed_at) is distinct from (old.status, old.changed_at) then
      if new.status = 'removed' then
        if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
          where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'destination.removed' and e.j ->> 'outcome' = 'success')
        then
          perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
        end if;
        if exists (select from tlog.head where halted is not null) then
          perform tlog.refuse_while_halted();
        end if;
      else
        if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
          where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'destination.updated' and e.j ->> 'outcome' = 'success')
        then
          perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
        end if;
        if exists (select from tlog.head where halted is not null) then
          perform tlog.refuse_while_halted();
        end if;
      end if;
    end if;
    if (new.config, new.sealed) is distinct from (old.config, old.sealed) then
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' in ('destination.updated', 'destination.removed') and e.j ->> 'outcome' = 'success')
      then
        perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
      end if;
      if exists (select from tlog.head where halted is not null) then
        perform tlog.refuse_while_halted();
      end if;
    end if;
    if (new.name, new.min_severity) is distinct from (old.name, old.min_severity) then
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'destination.updated' and e.j ->> 'outcome' = 'success')
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
revoke all on function tlog.destination_needs_entry() from public;
drop trigger if exists needs_entry on public.destination;
create constraint trigger needs_entry after insert or update of status, changed_at, config, sealed, name, min_severity on public.destination deferrable initially deferred for each row execute function tlog.destination_needs_entry();
alter table public.destination enable always trigger needs_entry;
drop trigger if exists never_changes on public.destination;
create trigger never_changes before update of id, kind, created_at on public.destination for each row when (new.id is distinct from old.id or new.kind is distinct from old.kind or new.created_at is distinct from old.created_at) execute function tlog.refuse_rewrite();
alter table public.destination enable always trigger never_changes;
drop trigger if exists no_delete on public.destination;
create trigger no_delete before delete on public.destination for each row execute function tlog.refuse_delete();
alter table public.destination enable always trigger no_delete;
drop trigger if exists no_truncate on public.destination;
create trigger no_truncate before truncate on public.destination for each statement execute function tlog.refuse_delete();
alter table public.destination enable always trigger no_truncate;

-- delivery
create or replace function tlog.delivery_needs_entry() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    if new.status <> 'pending' then
      perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
    elsif new.reason = 'test' then
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.destination_id and e.j #>> '{target,id}' = new.destination_id and e.j ->> 'action' = 'destination.tested' and e.j ->> 'outcome' = 'success')
      then
        perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
      end if;
      if exists (select from tlog.head where halted is not null) then
        perform tlog.refuse_while_halted();
      end if;
    else
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.alert_id and e.j #>> '{target,id}' = new.alert_id and e.j ->> 'action' in ('alert.opened', 'alert.escalated', 'alert.resolved') and e.j ->> 'outcome' = 'success' and e.j ->> 'action' = 'alert.' || new.reason)
      then
        perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
      end if;
    end if;
  else
    null;
  end if;
  return null;
end $$;
revoke all on function tlog.delivery_needs_entry() from public;
drop trigger if exists needs_entry on public.delivery;
create constraint trigger needs_entry after insert on public.delivery deferrable initially deferred for each row execute function tlog.delivery_needs_entry();
alter table public.delivery enable always trigger needs_entry;
drop trigger if exists never_changes on public.delivery;
create trigger never_changes before update of id, alert_id, destination_id, reason, created_at on public.delivery for each row when (new.id is distinct from old.id or new.alert_id is distinct from old.alert_id or new.destination_id is distinct from old.destination_id or new.reason is distinct from old.reason or new.created_at is distinct from old.created_at) execute function tlog.refuse_rewrite();
alter table public.delivery enable always trigger never_changes;
drop trigger if exists no_truncate on public.delivery;
create trigger no_truncate before truncate on public.delivery for each statement execute function tlog.refuse_delete();
alter table public.delivery enable always trigger no_truncate;

-- It knew no actions: any entry that named the row was enough, a read too.
drop function tlog.need_entry();

-- A delivery only goes on: what is sent has an attempt that succeeded, what is finished stays, and what is pending is never deleted.
create function tlog.delivery_goes_on() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'DELETE' then
    if old.status <> 'pending' then return old; end if;
  elsif old.status = 'pending' and new.attempts >= old.attempts then
    return new;
  end if;
  raise exception 'delivery %: a finished delivery never changes, and a pending one is not deleted', old.id using errcode = '23514', constraint = 'delivery_goes_on';
end $$;
create trigger goes_on before update or delete on public.delivery for each row execute function tlog.delivery_goes_on();
alter table public.delivery enable always trigger goes_on;

create function tlog.delivery_was_sent() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if not exists (select from public.delivery_attempt a where a.delivery_id = new.id and a.n = new.attempts and a.ok) then
    raise exception 'delivery %: no attempt succeeded', new.id using errcode = '23514', constraint = 'delivery_goes_on';
  end if;
  return null;
end $$;
create trigger was_sent after update of status on public.delivery for each row when (new.status = 'sent') execute function tlog.delivery_was_sent();
alter table public.delivery enable always trigger was_sent;

create function tlog.attempt_goes_on() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'DELETE' then
    if not exists (select from public.delivery d where d.id = old.delivery_id and d.status = 'pending') then return old; end if;
  elsif (new.delivery_id, new.n, new.at) = (old.delivery_id, old.n, old.at) and not old.ok and old.milliseconds <= 0 then
    return new;
  end if;
  raise exception 'delivery %: an attempt that has ended never changes', old.delivery_id using errcode = '23514', constraint = 'delivery_goes_on';
end $$;
create trigger goes_on before update or delete on public.delivery_attempt for each row execute function tlog.attempt_goes_on();
alter table public.delivery_attempt enable always trigger goes_on;
create trigger no_truncate before truncate on public.delivery_attempt for each statement execute function tlog.refuse_delete();
alter table public.delivery_attempt enable always trigger no_truncate;
revoke all on function tlog.delivery_goes_on(), tlog.delivery_was_sent(), tlog.attempt_goes_on() from public;
