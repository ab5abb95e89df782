-- Verification reads the holders of each share; deciding and ending one did too, by reading all names.
create index identity_name_share on identity_name (share_id) where share_id is not null;

-- The results of bulk actions are compared with their entries.
create index bulk_result_entry on bulk_result (entry_id) where outcome = 'done';
