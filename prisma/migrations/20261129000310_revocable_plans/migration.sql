-- From the moment a plan is committed its serial number can be revoked, whatever became of its signature: the signature may exist although
-- nobody stored it.
alter table certificate drop constraint issued_is_whole;
alter table certificate add constraint issued_is_whole check (state in ('planned', 'failed') or (der is not null and fingerprint_sha256 is not null and issued_at is not null)
  or (state = 'revoked' and der is null and fingerprint_sha256 is null and issued_at is null));

-- As before, and: what was planned and never issued can be revoked, and stays without a signature then.
create or replace function tlog.certificate_is_fixed() returns trigger language plpgsql as $$
begin
  if (new.id, new.issuer_id, new.serial, new.identity_id, new.profile_id, new.profile_version, new.subject_text, new.common_name, new.sans,
      new.key_algorithm, new.spki_sha256, new.tbs_der, new.plan_entry_id, new.not_before, new.not_after, new.created_at)
     is distinct from (old.id, old.issuer_id, old.serial, old.identity_id, old.profile_id, old.profile_version, old.subject_text, old.common_name, old.sans,
      old.key_algorithm, old.spki_sha256, old.tbs_der, old.plan_entry_id, old.not_before, old.not_after, old.created_at)
    or (old.der is not null and (new.der, new.fingerprint_sha256) is distinct from (old.der, old.fingerprint_sha256))
    or (old.crl_shard is not null and new.crl_shard is distinct from old.crl_shard)
    or (old.state <> 'planned' and new.state = 'planned')
    or (old.state = 'failed' and new.state not in ('failed', 'revoked'))
    or (old.state = 'revoked' and (new.state <> 'revoked' or new.revoked_at is distinct from old.revoked_at or new.der is distinct from old.der
      or (new.revocation_reason is distinct from old.revocation_reason and new.revocation_reason is distinct from 'keyCompromise')))
  then
    raise exception 'certificate %: what was planned, signed or revoked is never rewritten', old.id using errcode = '23514', constraint = 'certificate_is_fixed';
  end if;
  return new;
end $$;

-- As before, and: while the log is halted, certificates are revoked and put on hold. Their entries wait in the inbox and are numbered first
-- when the log is continued.
create or replace function tlog.need_entry() returns trigger language plpgsql security definer set search_path = tlog, pg_temp as $$
begin
  perform from tlog.inbox where xid = pg_current_xact_id() and target_id = new.id and (tlog.names_in(entry))[2] = new.id limit 1;
  if not found then
    raise exception '% % changed without an entry in its transaction', tg_table_name, new.id using errcode = '23514', constraint = 'needs_entry';
  end if;
  if tg_table_name in ('crl', 'alert') or not exists (select from tlog.head where halted is not null) then return null; end if;
  if tg_table_name = 'certificate' and exists (
    select from public.profile p where p.id = to_jsonb(new) ->> 'profile_id' and p.system and p.slug in ('ocsp-responder', 'console-tls')
  ) then return null; end if;
  if tg_table_name = 'certificate' and tg_op = 'UPDATE' and to_jsonb(new) ->> 'state' in ('revoked', 'held') and exists (
    select from tlog.inbox where xid = pg_current_xact_id() and target_id = new.id
      and tlog.read_entry(entry) ->> 'action' = 'certificate.' || (to_jsonb(new) ->> 'state')
  ) then return null; end if;
  raise exception 'the log is halted: nothing can be changed' using errcode = '23514', constraint = 'log_is_halted';
end $$;
