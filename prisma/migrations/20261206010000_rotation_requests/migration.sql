-- The rotation of a certificate can be requested: its holder is to replace it by a date. A private key never lives here, so that is all that can be
-- done to many certificates at once. The request counts until there is a successor.
alter table certificate add column rotate_by timestamptz(3), add column rotation_requested_at timestamptz(3), add column rotation_requested_by text,
  add column rotation_comment text;
create index certificate_rotate_by on certificate (rotate_by) where rotate_by is not null and state = 'issued';

-- A time without an end is an error wherever it is read.
alter table certificate add constraint certificate_finite_times check (isfinite(rotate_by) and isfinite(rotation_requested_at) and isfinite(supersede_at));

alter table bulk_act add column replace_by timestamptz(3);
alter table bulk_act drop constraint bulk_act_act_check;
alter table bulk_act add constraint bulk_act_act_check check (act in ('revoke', 'hold', 'release', 'request-rotation', 'suspend', 'activate', 'assign', 'issue'));
alter table bulk_act add constraint bulk_act_replace_by_check check ((act = 'request-rotation') = (replace_by is not null) and isfinite(replace_by));


-- certificate
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
    if (new.rotate_by, new.rotation_requested_at, new.rotation_requested_by, new.rotation_comment) is distinct from (old.rotate_by, old.rotation_requested_at, old.rotation_requested_by, old.rotation_comment) then
      if new.rotate_by is null then
        if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
          where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j ->> 'id' = i.entry_id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'certificate.rotation-request-canceled' and e.j ->> 'outcome' = 'success' and new.rotation_requested_at is null and new.rotation_requested_by is null and new.rotation_comment is null and convert_from(i.entry, 'UTF8') is json object with unique keys)
        then
          perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
        end if;
        if exists (select from tlog.head where halted is not null) then
          perform tlog.refuse_while_halted();
        end if;
      else
        if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
          where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j ->> 'id' = i.entry_id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'certificate.rotation-requested' and e.j ->> 'outcome' = 'success' and (e.j #>> '{details,replaceBy}')::timestamptz = new.rotate_by and (e.j #>> '{details,requestedAt}')::timestamptz = new.rotation_requested_at and new.rotate_by <= new.not_after and convert_from(i.entry, 'UTF8') is json object with unique keys)
        then
          perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
        end if;
        if exists (select from tlog.head where halted is not null) then
          perform tlog.refuse_while_halted();
        end if;
      end if;
    end if;
  end if;
  return null;
end $$;
revoke all on function tlog.certificate_needs_entry() from public;
drop trigger if exists needs_entry on public.certificate;
create constraint trigger needs_entry after insert or update of state, revoked_at, revocation_reason, revocation_comment, invalidity_date, der, fingerprint_sha256, issued_at, predecessor_id, supersede_at, rotate_by, rotation_requested_at, rotation_requested_by, rotation_comment on public.certificate deferrable initially deferred for each row execute function tlog.certificate_needs_entry();
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

-- bulk_act
create or replace function tlog.bulk_act_needs_entry() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    if new.status <> 'running' then
      perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');
    else
      if not exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
        where i.xid = pg_current_xact_id() and i.target_id = new.id and e.j ->> 'id' = i.entry_id and e.j #>> '{target,id}' = new.id and e.j ->> 'action' = 'bulk.started' and e.j ->> 'outcome' = 'success' and e.j #>> '{actor,kind}' = new.actor_kind and e.j #>> '{actor,id}' = new.actor_id and e.j #>> '{details,act}' = new.act and e.j #>> '{details,reason}' is not distinct from new.reason and e.j #>> '{details,owner}' is not distinct from new.owner and (e.j #>> '{details,replaceBy}')::timestamptz is not distinct from new.replace_by and e.j #>> '{details,idsSha256}' = encode(sha256(convert_to(array_to_string(new.ids, ','), 'UTF8')), 'hex') and convert_from(i.entry, 'UTF8') is json object with unique keys)
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
create trigger never_changes before update of id, act, ids, states, digest, total, reason, owner, comment, invalidity_date, replace_by, actor_kind, actor_id, actor_label, origin, created_at on public.bulk_act for each row when (new.id is distinct from old.id or new.act is distinct from old.act or new.ids is distinct from old.ids or new.states is distinct from old.states or new.digest is distinct from old.digest or new.total is distinct from old.total or new.reason is distinct from old.reason or new.owner is distinct from old.owner or new.comment is distinct from old.comment or new.invalidity_date is distinct from old.invalidity_date or new.replace_by is distinct from old.replace_by or new.actor_kind is distinct from old.actor_kind or new.actor_id is distinct from old.actor_id or new.actor_label is distinct from old.actor_label or new.origin is distinct from old.origin or new.created_at is distinct from old.created_at) execute function tlog.refuse_rewrite();
alter table public.bulk_act enable always trigger never_changes;
drop trigger if exists no_delete on public.bulk_act;
create trigger no_delete before delete on public.bulk_act for each row execute function tlog.refuse_delete();
alter table public.bulk_act enable always trigger no_delete;
drop trigger if exists no_truncate on public.bulk_act;
create trigger no_truncate before truncate on public.bulk_act for each statement execute function tlog.refuse_delete();
alter table public.bulk_act enable always trigger no_truncate;

-- What the application's role may do.
revoke all on public.certificate from chancery_app;
grant select, insert ("id", "issuer_id", "serial", "profile_id", "profile_version", "identity_id", "subject_text", "common_name", "sans", "key_algorithm", "spki_sha256", "not_before", "not_after", "tbs_der", "plan_entry_id", "csr_der", "requested_by", "created_at", "state", "predecessor_id"), update ("state", "revoked_at", "revocation_reason", "revocation_comment", "invalidity_date", "der", "fingerprint_sha256", "issued_at", "predecessor_id", "supersede_at", "rotate_by", "rotation_requested_at", "rotation_requested_by", "rotation_comment") on public.certificate to chancery_app;
revoke all on public.bulk_act from chancery_app;
grant select, insert ("id", "act", "ids", "states", "digest", "total", "reason", "owner", "comment", "invalidity_date", "replace_by", "actor_kind", "actor_id", "actor_label", "origin", "created_at", "status", "cause", "ended_at"), update ("status", "cause", "ended_at") on public.bulk_act to chancery_app;
