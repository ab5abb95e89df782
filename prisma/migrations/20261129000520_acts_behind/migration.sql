-- Functions that run as the owner demand the act behind them: who may call them can otherwise do with them what no grant allows.

-- The log is halted, opened and continued only with the entry that says so. While it is halted nothing is numbered, so the entry of a
-- continuation is the one that it adds to the log itself.
create function tlog.halt_needs_entry() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if old.halted is null and new.halted is not null then
    if exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
      where i.xid = pg_current_xact_id() and i.target_id = new.halted ->> 'origin' and e.j #>> '{target,id}' = new.halted ->> 'origin'
        and e.j ->> 'action' = 'log.halted' and e.j #>> '{details,code}' = new.halted ->> 'code') then return null; end if;
  elsif old.halted is not null and new.halted is null then
    if exists (select from tlog.log l join tlog.entry n on n.seq = l.start_size, lateral (select convert_from(n.entry, 'UTF8')::jsonb as j offset 0) e
      where l.generation = (select max(generation) from tlog.log) and l.start_size = new.size - 1
        and e.j ->> 'action' = 'log.continued' and e.j #>> '{target,id}' = l.origin) then return null; end if;
  elsif new.halted is not distinct from old.halted then return null;
  end if;
  raise exception 'the log was halted or continued without an entry in its transaction' using errcode = '23514', constraint = 'needs_entry';
end $$;
create constraint trigger needs_entry after update of halted on tlog.head deferrable initially deferred for each row execute function tlog.halt_needs_entry();
alter table tlog.head enable always trigger needs_entry;

create function tlog.log_needs_entry() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if new.generation = 1 and exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
      where i.xid = pg_current_xact_id() and i.target_id = new.origin and e.j #>> '{target,id}' = new.origin
        and e.j ->> 'action' = 'log.opened' and e.j ->> 'outcome' = 'success' and e.j #>> '{details,vkey}' = new.vkey) then return null;
  end if;
  if exists (select from tlog.entry n, lateral (select convert_from(n.entry, 'UTF8')::jsonb as j offset 0) e
    where n.seq = new.start_size and e.j #>> '{target,id}' = new.origin and e.j ->> 'action' = 'log.continued' and e.j ->> 'outcome' = 'success'
      and e.j #>> '{details,origin}' = new.origin and e.j #>> '{details,vkey}' = new.vkey and e.j #>> '{details,size}' = new.start_size::text) then return null;
  end if;
  raise exception 'the log % was opened or continued without an entry in its transaction', new.origin using errcode = '23514', constraint = 'needs_entry';
end $$;
create constraint trigger needs_entry after insert on tlog.log deferrable initially deferred for each row execute function tlog.log_needs_entry();
alter table tlog.log enable always trigger needs_entry;

-- As before, and: the tree grows by exactly the tiles that become full, their lowest hashes are those of the entries, and the edge is as wide
-- as the tree's size says. So no tile can be stored where the tree has not come yet.
create or replace function tlog.grow_tree(from_size bigint, to_size bigint, new_edge bytea[], levels int[], idxs bigint[], tiles bytea[]) returns void
language plpgsql security definer set search_path = tlog, pg_temp as $$
begin
  perform from tree where size = from_size for update;
  if not found then raise exception 'the tree does not end at %', from_size using errcode = '40001'; end if;
  if to_size < from_size or to_size > (select size from head) then raise exception 'the tree cannot end at %', to_size using errcode = '22023'; end if;
  if cardinality(levels) <> (select sum((to_size >> (8 * (l + 1))) - (from_size >> (8 * (l + 1)))) from generate_series(0, 6) as l)
    or exists (select from unnest(levels, idxs, tiles) as t (l, i, h)
      where l not between 0 and 6 or i < (from_size >> (8 * (l + 1))) or i >= (to_size >> (8 * (l + 1))))
  then raise exception 'the tree grows by the tiles that come next, and by no others' using errcode = '22023'; end if;
  if exists (select from unnest(levels, idxs, tiles) as t (l, i, h) where l = 0 and h is distinct from
      (select string_agg(leaf_hash, ''::bytea order by seq) from entry where seq >= i * 256 and seq < (i + 1) * 256))
    or coalesce(new_edge[1], '') <> (select coalesce(string_agg(leaf_hash, ''::bytea order by seq), '') from entry where seq >= to_size - (to_size & 255) and seq < to_size)
  then raise exception 'a tile does not hold the hashes of its entries' using errcode = '22023'; end if;
  if exists (select from generate_series(0, greatest(7, cardinality(new_edge) - 1)) as l
    where octet_length(coalesce(new_edge[l + 1], '')) <> 32 * ((to_size >> (8 * l)) & 255))
  then raise exception 'the edge does not belong to a tree of % entries', to_size using errcode = '22023'; end if;
  insert into tile (level, idx, hashes) select l, i, h from unnest(levels, idxs, tiles) as made (l, i, h);
  update tree set size = to_size, edge = new_edge;
end $$;

-- As before, and: only for the present log, no larger than the tree, larger than the last, and with a note that says the same.
create or replace function tlog.add_checkpoint(g int, s bigint, r bytea, n text) returns void language plpgsql security definer set search_path = tlog, pg_temp as $$
begin
  if exists (select from checkpoint where generation = g and size = s) then return; end if;
  if g is distinct from (select max(generation) from log) or s > (select size from tree) or s <= coalesce((select max(size) from checkpoint where generation = g), -1)
    or not starts_with(n, (select origin from log where generation = g) || e'\n' || s || e'\n' || encode(r, 'base64') || e'\n\n')
  then raise exception 'a checkpoint of % entries is not the next one', s using errcode = '22023'; end if;
  insert into checkpoint (generation, size, root, note) values (g, s, r, n) on conflict do nothing;
end $$;

-- As before, and: cosignatures are appended to the note that the signer signed, which stays as it is.
create or replace function tlog.publish_checkpoint(g int, s bigint, n text) returns void language plpgsql security definer set search_path = tlog, pg_temp as $$
begin
  update checkpoint set note = n, published_at = clock_timestamp() where generation = g and size = s and published_at is null and starts_with(n, note);
  if found then perform pg_notify('chancery_checkpoint', s::text); end if;
end $$;

-- As before, and: only for checkpoints that there are.
create or replace function tlog.add_cosignature(g int, s bigint, w text, l text) returns void language sql security definer set search_path = tlog, pg_temp as
  $$ insert into cosignature (generation, size, witness, line) select g, s, w, l from checkpoint where generation = g and size = s on conflict do nothing $$;
create or replace function tlog.add_anchor(g int, s bigint, a text, n text, t bytea, stamped timestamptz) returns void language sql security definer set search_path = tlog, pg_temp as
  $$ insert into anchor (generation, size, authority, note, token, stamped_at) select g, s, a, n, t, stamped from checkpoint where generation = g and size = s on conflict do nothing $$;

revoke all on function tlog.halt_needs_entry(), tlog.log_needs_entry() from public;
