-- Counts by state, of CAs, profiles and weeks, read the index alone: a row of the table has the
-- certificate and its CSR, and counting read all of them.
drop index certificate_state;
create index certificate_state on certificate (state, not_after, not_before, id, identity_id, issuer_id, profile_id, profile_version);
