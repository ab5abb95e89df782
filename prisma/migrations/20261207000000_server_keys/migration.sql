-- Where a profile allows it, Chancery makes the private key of a certificate and hands it out once. The key is never stored; the certificate says so for good.
alter table certificate add column server_key boolean not null default false;
-- There was no CSR: nobody else had the key to make one with.
alter table certificate add constraint certificate_server_key_has_no_csr check (not (server_key and csr_der is not null));

drop trigger if exists never_changes on public.certificate;
create trigger never_changes before update of id, issuer_id, serial, profile_id, profile_version, identity_id, subject_text, common_name, sans, key_algorithm, spki_sha256, not_before, not_after, tbs_der, plan_entry_id, csr_der, server_key, requested_by, crl_shard, created_at on public.certificate for each row when (new.id is distinct from old.id or new.issuer_id is distinct from old.issuer_id or new.serial is distinct from old.serial or new.profile_id is distinct from old.profile_id or new.profile_version is distinct from old.profile_version or new.identity_id is distinct from old.identity_id or new.subject_text is distinct from old.subject_text or new.common_name is distinct from old.common_name or new.sans is distinct from old.sans or new.key_algorithm is distinct from old.key_algorithm or new.spki_sha256 is distinct from old.spki_sha256 or new.not_before is distinct from old.not_before or new.not_after is distinct from old.not_after or new.tbs_der is distinct from old.tbs_der or new.plan_entry_id is distinct from old.plan_entry_id or new.csr_der is distinct from old.csr_der or new.server_key is distinct from old.server_key or new.requested_by is distinct from old.requested_by or new.crl_shard is distinct from old.crl_shard or new.created_at is distinct from old.created_at) execute function tlog.refuse_rewrite();
alter table public.certificate enable always trigger never_changes;

grant insert ("server_key") on public.certificate to chancery_app;
