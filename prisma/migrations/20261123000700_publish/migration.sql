-- What the publisher and the supervised step need beyond the tables of the tree.

-- Origins that are remembered outside the database and that this log knowingly leaves behind, because the database lost them with their rows.
alter table tlog.log add column left_behind text[] collate "C" not null default '{}';

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

revoke all on function tlog.continue_log(text, text, bytea, bytea, text, text[], bigint, bytea) from public;
grant execute on function tlog.continue_log(text, text, bytea, bytea, text, text[], bigint, bytea) to chancery_app;
