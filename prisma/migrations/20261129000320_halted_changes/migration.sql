-- While the log is halted nothing is numbered, so what reads the log by number learns of no revocation: CRL and OCSP find them here. Ids of
-- certificates that entries in the inbox revoke or put on hold; none while the log is not halted.
create function tlog.halted_changes() returns setof text language sql stable security definer set search_path = tlog, pg_temp as
  $$ select distinct i.target_id from inbox i
     where i.target_id like 'crt\_%' and exists (select from head where halted is not null)
       and (position('"certificate.revoked"'::bytea in i.entry) > 0 or position('"certificate.held"'::bytea in i.entry) > 0) $$;
revoke all on function tlog.halted_changes() from public;
grant execute on function tlog.halted_changes() to chancery_app;
