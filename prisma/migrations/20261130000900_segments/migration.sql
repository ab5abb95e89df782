-- The search index: immutable segments over ranges of numbers, derived from the entries' bytes outside the database, and kept as pages. The
-- segments cover 0 … upto without gap or overlap. What a page holds is in docs/log-format.md.
create table tlog.segment (
  id bigint generated always as identity primary key,
  low bigint not null unique check (low >= 0),
  high bigint not null check (high > low),
  sealed boolean not null,
  format smallint not null,
  -- The root of the tree over its pages (RFC 6962): the digest of the segment.
  root bytea not null check (octet_length(root) = 32),
  pages int not null check (pages > 0),
  -- Of how many sealed segments it was put together.
  parts int not null check (parts > 0),
  -- The least and the greatest time of its entries, in milliseconds since 1970.
  first_ms bigint not null,
  last_ms bigint not null
);

-- Bodies are dense already; those that don't fit into a block are kept apart as they are.
create table tlog.page (
  segment bigint not null,
  first bytea not null,
  body bytea not null,
  primary key (segment, first)
) with (toast_tuple_target = 8160);
alter table tlog.page alter body set storage external;

-- The pages of segments that are not sealed, in a table of their own: they are replaced all the time, and would leave holes among the others.
create table tlog.page_fresh (
  segment bigint not null,
  first bytea not null,
  body bytea not null,
  primary key (segment, first)
) with (toast_tuple_target = 8160, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
alter table tlog.page_fresh alter body set storage external;

-- A segment that its transaction is still making.
create table tlog.segment_draft (
  id bigint primary key,
  sealed boolean not null,
  made_by xid8 not null default pg_current_xact_id()
);

-- Begins a segment and returns its id. Its pages, and what it takes the place of, follow in the same transaction: pages before that, so that
-- nothing waits for them.
create function tlog.draft_segment(is_sealed boolean) returns bigint language sql security definer set search_path = tlog, pg_temp as
  $$ insert into segment_draft (id, sealed) values (nextval(pg_get_serial_sequence('tlog.segment', 'id')), is_sealed) returning id $$;

-- Adds pages to a segment that this transaction is making: `bytes` are the first token and the body of each, one after the other.
create function tlog.add_pages(made bigint, bytes bytea, firsts int[], bodies int[]) returns void language plpgsql security definer set search_path = tlog, pg_temp as $$
declare is_sealed boolean;
begin
  select sealed into is_sealed from segment_draft where id = made and made_by = pg_current_xact_id();
  if not found then
    raise exception 'segment % is not made by this transaction', made using errcode = '55000';
  end if;
  if is_sealed then
    insert into page (segment, first, body)
      select made, substring(bytes from o + 1 for f), substring(bytes from o + f + 1 for b)
      from (select f, b, (sum(f + b) over (order by n) - f - b)::int as o from unnest(firsts, bodies) with ordinality as t (f, b, n)) as cut;
  else
    insert into page_fresh (segment, first, body)
      select made, substring(bytes from o + 1 for f), substring(bytes from o + f + 1 for b)
      from (select f, b, (sum(f + b) over (order by n) - f - b)::int as o from unnest(firsts, bodies) with ordinality as t (f, b, n)) as cut;
  end if;
end $$;

-- Puts a segment that this transaction made, with its pages, in the place of all that cover its range, or of those at the end and what follows.
-- One range is never without its segment, and nothing else can be done to the tables by the application.
create function tlog.replace_segments(made bigint, a bigint, b bigint, form smallint, digest bytea, page_count int, earliest bigint, latest bigint)
returns void language plpgsql security definer set search_path = tlog, pg_temp as $$
declare is_sealed boolean; has int; reached bigint; gone bigint[]; covered bigint; sealed_parts bigint;
begin
  delete from segment_draft where id = made and made_by = pg_current_xact_id() returning sealed into is_sealed;
  if not found then
    raise exception 'segment % is not made by this transaction', made using errcode = '55000';
  end if;
  if is_sealed then
    select count(*) into has from page where segment = made;
  else
    select count(*) into has from page_fresh where segment = made;
  end if;
  if has <> page_count then
    raise exception 'segment % has % pages, not %', made, has, page_count using errcode = '55000';
  end if;
  select array_agg(id), coalesce(sum(high - low), 0), coalesce(sum(parts) filter (where sealed), 0) into gone, covered, sealed_parts
    from (select id, low, high, sealed, parts from segment where low >= a and high <= b order by low for update) as old;
  delete from page where segment = any(gone);
  delete from page_fresh where segment = any(gone);
  -- From here on others wait, so what takes long comes before it.
  select upto into reached from indexed for update;
  if a > reached or b <= a or covered <> least(reached, b) - a or b > (select size from head) then
    raise exception 'the segment % to % does not replace whole segments (the index reaches to %)', a, b, reached using errcode = '55000';
  end if;
  delete from segment where id = any(gone);
  insert into segment (id, low, high, sealed, format, root, pages, parts, first_ms, last_ms) overriding system value
    values (made, a, b, is_sealed, form, digest, page_count, greatest(sealed_parts, 1), earliest, latest);
  update indexed set upto = b where upto < b;
end $$;

revoke all on function tlog.draft_segment(boolean), tlog.add_pages(bigint, bytea, int[], int[]),
  tlog.replace_segments(bigint, bigint, bigint, smallint, bytea, int, bigint, bigint) from public;
grant select on tlog.segment, tlog.page, tlog.page_fresh to chancery_app, chancery_signer;
grant execute on function tlog.draft_segment(boolean), tlog.add_pages(bigint, bytea, int[], int[]),
  tlog.replace_segments(bigint, bigint, bigint, smallint, bytea, int, bigint, bigint) to chancery_app;

-- Counts what entries say about the numbers of their sources: in the transaction that indexes them, so that each is counted once.
create function tlog.count_sources(said jsonb) returns void language plpgsql security definer set search_path = tlog, pg_temp as $$
begin
  insert into source as old (id, boot, arrived, accounted, settled, first_seq, last_seen, ended)
    select s.id, s.boot, s.arrived, ranges_of(s.numbers) + coalesce((select range_agg(ranges_of(v)) from jsonb_array_elements_text(s.voided) as v), '{}'),
      s.settled, s."firstSeq", s."lastSeen", s.ended
    from jsonb_to_recordset(said) as s (id text, boot text, arrived bigint, numbers text, "firstSeq" bigint, "lastSeen" timestamptz, settled bigint, ended boolean, voided jsonb)
    where s.arrived > 0 order by s.id, s.boot
  on conflict (id, boot) do update set arrived = old.arrived + excluded.arrived, accounted = old.accounted + excluded.accounted,
    settled = greatest(old.settled, excluded.settled), last_seen = greatest(old.last_seen, excluded.last_seen), ended = old.ended or excluded.ended;
  update source s set reported = s.reported + g.missing from (
    select g.id, g.boot, range_agg(ranges_of(m)) as missing
    from jsonb_to_recordset(said) as g (id text, boot text, missing jsonb), jsonb_array_elements_text(g.missing) as m group by 1, 2) as g
  where s.id = g.id and s.boot = g.boot;
end $$;
revoke all on function tlog.count_sources(jsonb) from public;
grant execute on function tlog.count_sources(jsonb) to chancery_app;

-- The index that was derived in the database, and all that derived it, go. An upgrade builds the new one from the first entry on, while
-- everything else goes on: tlog.indexed says how far it is, and so do all answers. The numbers of sources are counted anew with it.
drop function tlog.index_batch(int), tlog.index_rows(bigint, bigint, boolean), tlog.index_blank(bigint), tlog.index_isolated(bigint, bigint), tlog.is_about_data(text),
  tlog.index_differences(bigint, bigint), tlog.indexable(bytea), tlog.words_in(jsonb), tlog.word_text(jsonb), tlog.entry_time(jsonb, timestamptz), tlog.query_of(text),
  tlog.words_of(text), tlog.whole(text), tlog.number_in(jsonb), tlog.is_quiet(text);
drop table tlog.search, tlog.span;
truncate tlog.source;
update tlog.indexed set upto = 0;

create or replace function tlog.rebuild_search() returns void language plpgsql security definer set search_path = tlog, pg_temp as $$
begin
  perform from indexed for update;
  truncate segment, page, page_fresh, source;
  update indexed set upto = 0;
end $$;
