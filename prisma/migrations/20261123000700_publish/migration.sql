-- What the publisher and the supervised step need beyond the tables of the tree.

-- Origins that are remembered outside the database and that this log knowingly leaves behind, because the database lost them with their rows.
alter table tlog.log add column left_behind text[] collate "C" not null default '{}';

-- True if this call halted the log, false if it was halted already: its entry is written once.
drop function tlog.halt(jsonb);
create function tlog.halt(why jsonb) returns boolean language plpgsql security definer set search_path = tlog, pg_temp as $$
begin
  update head set halted = why where halted is null;
  return found;
end $$;

-- Ends a halt with a log of a new name and a new key over the entries that are left. The entry that says so is the new log's first, before
-- everything that waited meanwhile. Refuses if nothing is halted, or if the log is not as large as its caller saw it.
create function tlog.continue_log(new_origin text, new_vkey text, new_public_key bytea, new_sealed bytea, previous text, left_origins text[], at_size bigint, said bytea)
returns int language plpgsql security definer set search_path = tlog, pg_temp as $$
declare g int; s bigint; why jsonb;
begin
  select size, halted into s, why from head for update;
  if why is null then raise exception 'the log is not halted, so it needs no continuation' using errcode = '55000'; end if;
  if s <> at_size then raise exception 'the log holds % entries and not %', s, at_size using errcode = '40001'; end if;
  select coalesce(max(generation), 0) + 1 into g from log;
  insert into log (generation, origin, vkey, public_key, sealed, start_size, previous_note, left_behind)
    values (g, new_origin, new_vkey, new_public_key, new_sealed, s, previous, left_origins);
  perform ensure_partition(s + 1);
  insert into entry (seq, entry_id, leaf_hash, entry) values (s, (names_in(said))[1], sha256('\x00'::bytea || said), said);
  update head set size = s + 1, halted = null;
  perform pg_notify('chancery_log', (s + 1)::text);
  return g;
end $$;

-- As before, but the first log only: what continues a halted one is tlog.continue_log.
create or replace function tlog.open_log(new_origin text, new_vkey text, new_public_key bytea, new_sealed bytea, previous text) returns int
language plpgsql security definer set search_path = tlog, pg_temp as $$
declare why jsonb;
begin
  select halted into why from head for update;
  if why is not null then raise exception 'the log is halted: it can be continued, not opened' using errcode = '55000'; end if;
  if exists (select from log) then raise exception 'there is a log already' using errcode = '55000'; end if;
  insert into log (generation, origin, vkey, public_key, sealed, start_size, previous_note) values (1, new_origin, new_vkey, new_public_key, new_sealed, 0, previous);
  return 1;
end $$;

-- As before, and an idle sequencer neither locks the head nor writes anything.
create or replace function tlog.sequence_batch(lim int) returns bigint language plpgsql security definer set search_path = tlog, pg_temp as $$
declare n int; s bigint; stopped boolean;
begin
  -- By the index: what was moved and is not vacuumed yet would be walked through otherwise.
  if (select min(id) from inbox) is null then return (select size from head); end if;
  select size, halted is not null into s, stopped from head for update;
  if stopped then return s; end if;
  perform ensure_partition(s + lim);
  perform ensure_partition(s + lim + 1000000);
  with taken as (
    delete from inbox where id = any(array(select id from inbox order by id limit lim)) returning id, named[1] as entry_id, leaf_hash, entry
  )
  insert into entry (seq, entry_id, leaf_hash, entry)
    select s + row_number() over (order by id) - 1, entry_id, leaf_hash, entry from taken;
  get diagnostics n = row_count;
  if n > 0 then
    update head set size = s + n;
    perform pg_notify('chancery_log', (s + n)::text);
  end if;
  return s + n;
end $$;

-- As before, and: while the log is halted, the certificates of Chancery's own responders and listeners may still be made, because OCSP goes on
-- and each start of the door needs new ones.
create or replace function tlog.need_entry() returns trigger language plpgsql security definer set search_path = tlog, pg_temp as $$
begin
  perform from tlog.inbox where xid = pg_current_xact_id() and named[2] = new.id;
  if not found then
    raise exception '% % changed without an entry in its transaction', tg_table_name, new.id using errcode = '23514', constraint = 'needs_entry';
  end if;
  if tg_table_name = 'crl' or not exists (select from tlog.head where halted is not null) then return null; end if;
  if tg_table_name = 'certificate' and exists (
    select from public.profile p where p.id = to_jsonb(new) ->> 'profile_id' and p.system and p.slug in ('ocsp-responder', 'console-tls')
  ) then return null; end if;
  raise exception 'the log is halted: nothing can be changed' using errcode = '23514', constraint = 'log_is_halted';
end $$;

revoke all on function tlog.halt(jsonb), tlog.continue_log(text, text, bytea, bytea, text, text[], bigint, bytea) from public;
grant execute on function tlog.halt(jsonb), tlog.continue_log(text, text, bytea, bytea, text, text[], bigint, bytea) to chancery_app;
