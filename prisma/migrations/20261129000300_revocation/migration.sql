-- The signer ends a hold on a CRL only if the log has its release.
grant select on tlog.search, tlog.entry, tlog.indexed to chancery_signer;
grant execute on function tlog.inbox_about(text[]) to chancery_signer;
