-- What the rules derive from the log: how far they have read, who used which certificate from where and for what, and what lies behind each alert.
-- One statement, custody.take_batch, moves all of it and the cursor together, so nothing is counted twice and nothing is passed over.
create schema custody;

create table custody.cursor (
  name text collate "C" primary key,
  upto bigint not null,
  at timestamptz
);
-- A log that is there already is not gone through again: what happened before there were rules raises no alert.
insert into custody.cursor (name, upto) select 'alerts', size from tlog.head;

create table custody.use (
  identity_id text collate "C" not null,
  certificate_id text collate "C" not null,
  -- /24 or /48.
  network text collate "C" not null,
  service text collate "C" not null,
  count bigint not null,
  refused bigint not null,
  first_seq bigint not null,
  last_seq bigint not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  -- Of those uses in which the certificate itself counted; only they teach what is usual.
  known_count bigint not null,
  known_first_at timestamptz,
  known_last_at timestamptz,
  primary key (identity_id, certificate_id, network, service)
) with (fillfactor = 80);
create index use_certificate on custody.use (certificate_id);

create table custody.tally (
  hour timestamptz not null,
  service text collate "C" not null,
  outcome text collate "C" not null,
  code text collate "C" not null,
  count bigint not null,
  last_at timestamptz not null,
  primary key (hour, service, outcome, code)
) with (fillfactor = 80);

-- Certificates planned, by who asked for them and by which profile.
create table custody.issued (
  subject text collate "C" not null,
  profile text collate "C" not null,
  hour timestamptz not null,
  count bigint not null,
  primary key (subject, profile, hour)
);

-- On how many days somebody was at work in each hour of the day, UTC.
create table custody.active_hour (
  subject text collate "C" not null,
  slot smallint not null check (slot between 0 and 23),
  days integer not null,
  first_day date not null,
  last_day date not null,
  primary key (subject, slot)
);

-- Moments of the last minutes that a rule counts.
create table custody.moments (
  rule text collate "C" not null,
  key text collate "C" not null,
  marks jsonb not null,
  last_at timestamptz not null,
  primary key (rule, key)
);

create table custody.alert_entry (
  alert_id text collate "C" not null,
  seq bigint not null,
  primary key (alert_id, seq)
);

-- Takes the entries from … to - 1 as read, with everything that follows from them. Fails with 40001 if somebody else has read on meanwhile, or if an
-- alert that is to be counted further was resolved meanwhile; then nothing has happened.
create function custody.take_batch(work jsonb) returns void language plpgsql set search_path = custody, public, pg_temp as $$
declare wanted int; found_now int;
begin
  update cursor set upto = (work ->> 'to')::bigint, at = (work ->> 'at')::timestamptz where name = 'alerts' and upto = (work ->> 'from')::bigint;
  if not found then raise exception 'entry % was read by somebody else', work ->> 'from' using errcode = '40001'; end if;
  insert into use as old (identity_id, certificate_id, network, service, count, refused, first_seq, last_seq, first_at, last_at, known_count, known_first_at, known_last_at)
    select i, c, n, s, count, refused, first_seq, last_seq, to_timestamp(first_at / 1000), to_timestamp(last_at / 1000), known, to_timestamp(known_first / 1000), to_timestamp(known_last / 1000)
    from jsonb_to_recordset(work -> 'uses') as u (i text, c text, n text, s text, count bigint, refused bigint, first_seq bigint, last_seq bigint, first_at float8, last_at float8, known bigint, known_first float8, known_last float8)
  on conflict (identity_id, certificate_id, network, service) do update set count = old.count + excluded.count, refused = old.refused + excluded.refused,
    last_seq = excluded.last_seq, first_at = least(old.first_at, excluded.first_at), last_at = greatest(old.last_at, excluded.last_at),
    known_count = old.known_count + excluded.known_count, known_first_at = least(old.known_first_at, excluded.known_first_at), known_last_at = greatest(old.known_last_at, excluded.known_last_at);
  insert into tally as old (hour, service, outcome, code, count, last_at)
    select to_timestamp(hour / 1000), s, outcome, code, count, to_timestamp(last_at / 1000) from jsonb_to_recordset(work -> 'tallies') as t (hour float8, s text, outcome text, code text, count bigint, last_at float8)
  on conflict (hour, service, outcome, code) do update set count = old.count + excluded.count, last_at = greatest(old.last_at, excluded.last_at);
  insert into issued as old (subject, profile, hour, count)
    select subject, profile, to_timestamp(hour / 1000), count from jsonb_to_recordset(work -> 'issued') as t (subject text, profile text, hour float8, count bigint)
  on conflict (subject, profile, hour) do update set count = old.count + excluded.count;
  insert into active_hour as old (subject, slot, days, first_day, last_day)
    select subject, slot, days, first, last from jsonb_to_recordset(work -> 'hours') as t (subject text, slot smallint, days int, first date, last date)
  on conflict (subject, slot) do update set days = old.days + excluded.days, last_day = greatest(old.last_day, excluded.last_day);
  insert into moments as old (rule, key, marks, last_at)
    select rule, key, marks, to_timestamp(last_at / 1000) from jsonb_to_recordset(work -> 'moments') as t (rule text, key text, marks jsonb, last_at float8)
  on conflict (rule, key) do update set marks = excluded.marks, last_at = excluded.last_at;
  wanted := jsonb_array_length(work -> 'more');
  if wanted = 0 then return; end if;
  perform from alert a join jsonb_to_recordset(work -> 'more') as m (alert text) on a.id = m.alert where a.status <> 'resolved' for share of a;
  get diagnostics found_now = row_count;
  if found_now < wanted then raise exception 'an alert was resolved meanwhile' using errcode = '40001'; end if;
  update alert_figures f set count = f.count + m.count, last_seq = greatest(f.last_seq, m.last_seq), last_at = greatest(f.last_at, to_timestamp(m.last_at / 1000)), why = coalesce(m.why, f.why)
    from jsonb_to_recordset(work -> 'more') as m (alert text, count bigint, last_seq bigint, last_at float8, why jsonb) where f.alert_id = m.alert;
  perform behind(m.alert, m.seqs) from jsonb_to_recordset(work -> 'more') as m (alert text, seqs bigint[]);
end $$;

-- The newest thousand entries behind an alert are kept.
create function custody.behind(alert text, seqs bigint[]) returns void language plpgsql set search_path = custody, pg_temp as $$
begin
  insert into alert_entry (alert_id, seq) select alert, unnest(seqs) on conflict do nothing;
  delete from alert_entry e where e.alert_id = alert and e.seq < (select min(seq) from (select seq from alert_entry o where o.alert_id = alert order by seq desc limit 1000) as newest);
end $$;

revoke all on all functions in schema custody from public;
grant usage on schema custody to chancery_app;
grant select, insert, update, delete on all tables in schema custody to chancery_app;
grant execute on all functions in schema custody to chancery_app;
