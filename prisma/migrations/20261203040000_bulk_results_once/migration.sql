-- What is done has an entry. Rows that were changed before don't keep an upgrade from going through: verification names them.
alter table bulk_result add constraint bulk_result_done_has_entry check (outcome <> 'done' or entry_id is not null) not valid;

-- Verification reads results by their entry, and also those without one.
drop index bulk_result_entry;
create index bulk_result_entry on bulk_result ((coalesce(entry_id, bulk_id || ' ' || n::text))) where outcome = 'done';
