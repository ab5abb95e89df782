-- What certificates and identities are found by is stored: a search with many matches looks at each row, and computing the text
-- took far longer than comparing it. PostgreSQL writes these columns; no statement can.
-- The whole lock at once, as in 20261201003000. Both tables are rewritten: some ten seconds for a million certificates.
lock table certificate, identity in access exclusive mode;
alter table certificate add column search_text text generated always as (tlog.certificate_search_text(common_name, sans)) stored;
alter table identity add column search_text text generated always as (tlog.fold_text(name || ' ' || owner)) stored;
drop index certificate_search_text;
drop index identity_search_text;
create index certificate_search_text on certificate using gin (search_text gin_trgm_ops) where state <> 'planned';
create index identity_search_text on identity using gin (search_text gin_trgm_ops);
