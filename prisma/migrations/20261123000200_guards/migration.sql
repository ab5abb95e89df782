-- No record, no act: a lifecycle row that is inserted or changed in a transaction without an entry that names it is refused at commit.
-- Prisma's migrations run as the owner; the application's role gets what it needs here and nothing in the log but tlog's grants.
create function tlog.need_entry() returns trigger language plpgsql security definer set search_path = tlog, pg_temp as $$
begin
  perform from tlog.inbox where xid = pg_current_xact_id() and named[2] = new.id;
  if not found then
    raise exception '% % changed without an entry in its transaction', tg_table_name, new.id using errcode = '23514', constraint = 'needs_entry';
  end if;
  return null;
end $$;

create function tlog.refuse_delete() returns trigger language plpgsql as $$
begin
  raise exception 'rows of % are never deleted', tg_table_name using errcode = '42501';
end $$;

do $$
declare place text;
begin
  foreach place in array array['organization', 'authority', 'profile', 'identity', 'certificate', 'crl', 'account', 'api_token'] loop
    execute format('create constraint trigger needs_entry after insert or update on %I deferrable initially deferred for each row execute function tlog.need_entry()', place);
    execute format('alter table %I enable always trigger needs_entry', place);
    execute format('create trigger no_delete before delete on %I for each row execute function tlog.refuse_delete()', place);
    execute format('alter table %I enable always trigger no_delete', place);
    execute format('create trigger no_truncate before truncate on %I for each statement execute function tlog.refuse_delete()', place);
    execute format('alter table %I enable always trigger no_truncate', place);
  end loop;
end $$;

-- What was planned is fixed, what was signed stays, the date of a revocation is never rewritten and its reason only raised.
create function tlog.certificate_is_fixed() returns trigger language plpgsql as $$
begin
  if (new.id, new.issuer_id, new.serial, new.identity_id, new.profile_id, new.profile_version, new.subject_text, new.common_name, new.sans,
      new.key_algorithm, new.spki_sha256, new.tbs_der, new.plan_entry_id, new.not_before, new.not_after, new.created_at)
     is distinct from (old.id, old.issuer_id, old.serial, old.identity_id, old.profile_id, old.profile_version, old.subject_text, old.common_name, old.sans,
      old.key_algorithm, old.spki_sha256, old.tbs_der, old.plan_entry_id, old.not_before, old.not_after, old.created_at)
    or (old.der is not null and (new.der, new.fingerprint_sha256) is distinct from (old.der, old.fingerprint_sha256))
    or (old.crl_shard is not null and new.crl_shard is distinct from old.crl_shard)
    or (old.state <> 'planned' and new.state = 'planned')
    or (old.state = 'failed' and new.state <> 'failed')
    or (old.state = 'revoked' and (new.state <> 'revoked' or new.revoked_at is distinct from old.revoked_at
      or (new.revocation_reason is distinct from old.revocation_reason and new.revocation_reason is distinct from 'keyCompromise')))
  then
    raise exception 'certificate %: what was planned, signed or revoked is never rewritten', old.id using errcode = '23514', constraint = 'certificate_is_fixed';
  end if;
  return new;
end $$;
create trigger is_fixed before update on certificate for each row execute function tlog.certificate_is_fixed();
alter table certificate enable always trigger is_fixed;

alter table certificate add constraint serial_length check (octet_length(serial) between 16 and 19 and get_byte(serial, 0) between 1 and 127);
alter table certificate add constraint state_known check (state in ('planned', 'failed', 'issued', 'held', 'revoked'));
alter table certificate add constraint issued_is_whole check (state in ('planned', 'failed') or (der is not null and fingerprint_sha256 is not null and issued_at is not null));
alter table certificate add constraint revoked_is_dated check ((state in ('revoked', 'held')) = (revoked_at is not null));
-- A key belongs to the identity that had it first: the foreign key key_has_one_owner holds certificates to it, this holds the key's row.
create function tlog.key_keeps_owner() returns trigger language plpgsql as $$
begin
  if new.identity_id <> old.identity_id then raise exception 'a public key never changes its owner' using errcode = '23514', constraint = 'key_keeps_owner'; end if;
  return new;
end $$;
create trigger keeps_owner before update on public_key for each row execute function tlog.key_keeps_owner();
alter table public_key enable always trigger keeps_owner;
create trigger no_delete before delete on public_key for each row execute function tlog.refuse_delete();
alter table public_key enable always trigger no_delete;

create index certificate_pending on certificate (created_at) where state = 'planned';
create index certificate_supersede on certificate (supersede_at) where supersede_at is not null and state = 'issued';
create index certificate_revoked on certificate (issuer_id, crl_shard) where state in ('revoked', 'held');
create index certificate_names on certificate (lower(common_name) text_pattern_ops);

grant usage on schema public to chancery_app;
grant select, insert, update on all tables in schema public to chancery_app;
grant delete on session, sign_in_failure, idempotency_key to chancery_app;
do $$ begin
  -- Absent in the shadow databases of migrate dev.
  if to_regclass('_prisma_migrations') is not null then revoke insert, update on table _prisma_migrations from chancery_app; end if;
end $$;
