-- The transaction that last changed whether and how a certificate is revoked. Before each CRL the signer reads the rows
-- that changed since the snapshot of its last read (decision 21). It is null for a certificate that was never revoked or
-- held, and for one whose revocation is older than this column: the signer reads all rows when it starts.
alter table certificate add column status_xid xid8;

create function tlog.stamp_status() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  new.status_xid := pg_current_xact_id();
  return new;
end $$;
revoke all on function tlog.stamp_status() from public;

-- Whatever changes what a CRL states, or which CRL it is on. The transaction's id is the one of the whole transaction, not
-- of a subtransaction, so it compares with snapshots.
create trigger stamps_insert before insert on certificate for each row
  when (new.state in ('revoked', 'held')) execute function tlog.stamp_status();
create trigger stamps_status before update of issuer_id, serial, state, not_after, revoked_at, revocation_reason, invalidity_date, status_xid
  on certificate for each row when (old.state in ('revoked', 'held') or new.state in ('revoked', 'held')
    or new.status_xid is distinct from old.status_xid)
  execute function tlog.stamp_status();
alter table certificate enable always trigger stamps_insert;
alter table certificate enable always trigger stamps_status;

create index certificate_status_changed on certificate (issuer_id, status_xid) where status_xid is not null;
