-- A name gets into a share only under an entry about its identity that names the share: an entry that merely adds names would let a
-- third identity hold what others share, without the alert. Rows that an identity adds to a share that it was in before need none.
create or replace function tlog.need_name_entry() returns trigger language plpgsql security definer set search_path = tlog, pg_temp as $$
begin
  perform from tlog.inbox where xid = pg_current_xact_id() and target_id = new.identity_id and (tlog.names_in(entry))[2] = new.identity_id
    and convert_from(entry, 'UTF8')::jsonb ->> 'action' in ('identity.created', 'identity.updated', 'identity.names-added', 'identity.names-released',
      'identity.names-shared', 'identity.names-transferred', 'identity.names-decided', 'identity.name-freed', 'identity.names-imported', 'identity.names-upgraded') limit 1;
  if not found then
    raise exception 'name % changed without an entry in its transaction', new.id using errcode = '23514', constraint = 'needs_entry';
  end if;
  if new.share_id is not null and (tg_op = 'INSERT' or new.share_id is distinct from old.share_id) then
    perform from tlog.inbox, lateral (select convert_from(entry, 'UTF8')::jsonb as e) x
      where xid = pg_current_xact_id() and target_id = new.identity_id and (tlog.names_in(entry))[2] = new.identity_id
        and e ->> 'action' in ('identity.names-shared', 'identity.names-released', 'identity.names-transferred', 'identity.names-upgraded')
        and (e -> 'details' ->> 'share' = new.share_id or e -> 'details' -> 'shares' ? new.share_id) limit 1;
    -- Older than this transaction and its savepoints.
    if not found and not exists (select from public.identity_name o where o.identity_id = new.identity_id and o.share_id = new.share_id and o.id <> new.id
      and age(o.xmin) > age(pg_current_xact_id()::xid)) then
      raise exception 'name % is shared without an entry in its transaction', new.id using errcode = '23514', constraint = 'needs_entry';
    end if;
  end if;
  if exists (select from tlog.head where halted is not null) then
    raise exception 'the log is halted: nothing can be changed' using errcode = '23514', constraint = 'log_is_halted';
  end if;
  return null;
end $$;
