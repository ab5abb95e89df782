-- The application's role has only the privileges that its statements need, column by column (lib/log/guards/app-privileges.ts), and what is
-- derived from the log changes through functions alone.

-- As before, and: as the owner, so that the application itself changes none of these tables; the cursor only moves forward, and not beyond
-- the log.
create or replace function custody.take_batch(work jsonb) returns void language plpgsql security definer set search_path = custody, public, pg_temp as $$
declare wanted int; found_now int;
begin
  if (work ->> 'to')::bigint < (work ->> 'from')::bigint or (work ->> 'to')::bigint > (select size from tlog.head) then
    raise exception 'the cursor of the alerts moves forward, within the log' using errcode = '22023';
  end if;
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

-- As before, and: as the owner; only entries of the log, for an alert that exists.
create or replace function custody.behind(alert text, seqs bigint[]) returns void language plpgsql security definer set search_path = custody, pg_temp as $$
begin
  insert into alert_entry (alert_id, seq)
    select a.id, s from unnest(seqs) as s, public.alert a, tlog.head h where a.id = alert and s >= 0 and s < h.size on conflict do nothing;
  delete from alert_entry e where e.alert_id = alert and e.seq < (select min(seq) from (select seq from alert_entry o where o.alert_id = alert order by seq desc limit 1000) as newest);
end $$;

-- Removes moments that no rule counts any more: no window is longer than the day that separates them from the newest.
create function custody.forget_moments(before timestamptz) returns void language sql security definer set search_path = custody, pg_temp as
  $$ delete from moments where last_at < before and last_at < (select max(last_at) from moments) - interval '1 day' $$;

revoke all on public.organization from chancery_app;
grant select, insert ("id", "name", "created_at", "only", "name_binding"), update ("name_binding", "names_upgraded_at") on public.organization to chancery_app;
revoke all on public.authority from chancery_app;
grant select, insert ("id", "slug", "name", "kind", "key_algorithm", "key_id", "parent_id", "subject_text", "crl_period_seconds", "created_at", "status", "certificate_id", "certificate_der", "not_after"), update ("status", "certificate_id", "certificate_der", "not_after") on public.authority to chancery_app;
revoke all on public.signing_key from chancery_app;
grant select on public.signing_key to chancery_app;
revoke all on public.profile from chancery_app;
grant select, insert ("id", "slug", "system", "created_at", "name", "description", "status", "version", "rules", "authority_id", "changed_at"), update ("name", "description", "status", "version", "rules", "authority_id", "changed_at") on public.profile to chancery_app;
revoke all on public.profile_version from chancery_app;
grant select, insert ("profile_id", "version", "slug", "system", "authority_id", "rules", "digest", "entry_id", "created_at") on public.profile_version to chancery_app;
revoke all on public.public_key from chancery_app;
grant select, insert ("spki_sha256", "identity_id", "created_at"), update ("blocked") on public.public_key to chancery_app;
revoke all on public.certificate from chancery_app;
grant select, insert ("id", "issuer_id", "serial", "profile_id", "profile_version", "identity_id", "subject_text", "common_name", "sans", "key_algorithm", "spki_sha256", "not_before", "not_after", "tbs_der", "plan_entry_id", "csr_der", "requested_by", "created_at", "state", "predecessor_id"), update ("state", "revoked_at", "revocation_reason", "revocation_comment", "invalidity_date", "der", "fingerprint_sha256", "issued_at", "predecessor_id", "supersede_at") on public.certificate to chancery_app;
revoke all on public.crl from chancery_app;
grant select, insert ("id", "authority_id", "shard", "number", "this_update", "next_update", "entry_count", "created_at", "der"), update ("der") on public.crl to chancery_app;
revoke all on public.identity from chancery_app;
grant select, insert ("id", "kind", "created_at", "name", "owner", "note", "networks", "status", "changed_at", "epoch", "names_epoch"), update ("name", "owner", "note", "networks", "status", "changed_at", "epoch", "names_epoch") on public.identity to chancery_app;
revoke all on public.identity_name from chancery_app;
grant select, insert ("id", "identity_id", "type", "form", "value", "origin", "created_at", "state", "share_id", "reserved_until", "changed_at"), update ("state", "share_id", "reserved_until", "changed_at") on public.identity_name to chancery_app;
revoke all on public.name_share from chancery_app;
grant select, insert ("id", "comment", "review_at", "created_by", "created_at", "state", "changed_at"), update ("state", "changed_at") on public.name_share to chancery_app;
revoke all on public.account from chancery_app;
grant select, insert ("id", "email", "created_at", "name", "role", "status", "password_hash", "identity_id", "changed_at"), update ("name", "role", "status", "password_hash", "identity_id", "changed_at") on public.account to chancery_app;
revoke all on public.session from chancery_app;
grant select, insert ("id", "account_id", "certificate_id", "proxy_id", "created_at", "expires_at", "ip", "user_agent", "ended_at", "idle_until"), update ("ended_at", "idle_until"), delete on public.session to chancery_app;
revoke all on public.invitation from chancery_app;
grant select, insert ("id", "account_id", "token_sha256", "created_by", "created_at", "expires_at", "used_ip"), update ("used_at", "used_ip", "canceled_at") on public.invitation to chancery_app;
revoke all on public.api_token from chancery_app;
grant select, insert ("id", "name", "role", "identity_id", "secret_hash", "hint", "created_by", "created_at", "expires_at", "parent_id", "account_id", "lineage", "revoked_at"), update ("revoked_at") on public.api_token to chancery_app;
revoke all on public.proxy from chancery_app;
grant select, insert ("id", "identity_id", "unscoped_until", "created_at", "kind", "hops", "scopes", "note", "status", "changed_at"), update ("kind", "hops", "scopes", "note", "status", "changed_at") on public.proxy to chancery_app;
revoke all on public.policy from chancery_app;
grant select, insert ("id", "service", "created_at", "name", "description", "status", "version", "rules", "changed_at"), update ("name", "description", "status", "version", "rules", "changed_at") on public.policy to chancery_app;
revoke all on public.alert from chancery_app;
grant select, insert ("id", "rule", "subject_kind", "subject_id", "subject_label", "identity_id", "summary", "opened_at", "severity", "comment", "status", "changed_at"), update ("severity", "assigned_to", "acknowledged_by", "acknowledged_at", "resolved_by", "resolved_at", "resolution", "comment", "status", "changed_at") on public.alert to chancery_app;
revoke all on public.alert_figures from chancery_app;
grant select, insert ("alert_id", "first_seq", "first_at", "count", "last_seq", "last_at", "why") on public.alert_figures to chancery_app;
revoke all on public.alert_exception from chancery_app;
grant select, insert ("id", "rule", "subject_kind", "subject_id", "subject_label", "network", "comment", "created_by", "created_at", "expires_at", "ended_at"), update ("ended_at") on public.alert_exception to chancery_app;
revoke all on public.rule_setting from chancery_app;
grant select, insert ("id", "enabled", "severity", "values", "changed_at"), update ("enabled", "severity", "values", "changed_at") on public.rule_setting to chancery_app;
revoke all on public.destination from chancery_app;
grant select, insert ("id", "kind", "created_at", "status", "changed_at", "config", "sealed", "name", "min_severity"), update ("status", "changed_at", "config", "sealed", "name", "min_severity") on public.destination to chancery_app;
revoke all on public.delivery from chancery_app;
grant select, insert ("id", "alert_id", "destination_id", "reason", "created_at", "status", "attempts", "next_at", "finished_at"), update ("status", "attempts", "next_at", "finished_at"), delete on public.delivery to chancery_app;
revoke all on public.sign_in_failure from chancery_app;
grant select, insert ("key", "count", "first_at", "last_at", "locked_until"), update ("count", "first_at", "last_at", "locked_until"), delete on public.sign_in_failure to chancery_app;
revoke all on public.idempotency_key from chancery_app;
grant select, insert ("actor_id", "key", "request_hash", "created_at"), update ("request_hash", "status", "body", "created_at"), delete on public.idempotency_key to chancery_app;
revoke all on public.delivery_attempt from chancery_app;
grant select, insert ("delivery_id", "n", "at", "ok", "answer", "milliseconds"), update ("ok", "answer", "milliseconds"), delete on public.delivery_attempt to chancery_app;
revoke all on tlog.inbox from chancery_app;
grant insert ("entry", "entry_id", "target_id"), maintain on tlog.inbox to chancery_app;
revoke all on tlog.entry from chancery_app;
grant select on tlog.entry to chancery_app;
revoke all on tlog.head from chancery_app;
grant select on tlog.head to chancery_app;
revoke all on tlog.log from chancery_app;
grant select on tlog.log to chancery_app;
revoke all on tlog.tile from chancery_app;
grant select on tlog.tile to chancery_app;
revoke all on tlog.tree from chancery_app;
grant select on tlog.tree to chancery_app;
revoke all on tlog.checkpoint from chancery_app;
grant select on tlog.checkpoint to chancery_app;
revoke all on tlog.cosignature from chancery_app;
grant select on tlog.cosignature to chancery_app;
revoke all on tlog.anchor from chancery_app;
grant select on tlog.anchor to chancery_app;
revoke all on tlog.witness from chancery_app;
grant select on tlog.witness to chancery_app;
revoke all on tlog.indexed from chancery_app;
grant select on tlog.indexed to chancery_app;
revoke all on tlog.search from chancery_app;
grant select on tlog.search to chancery_app;
revoke all on tlog.span from chancery_app;
grant select on tlog.span to chancery_app;
revoke all on tlog.source from chancery_app;
grant select on tlog.source to chancery_app;
revoke all on tlog.work from chancery_app;
grant select, insert ("id", "kind", "note"), update ("done", "total", "note", "updated_at", "ended_at"), delete on tlog.work to chancery_app;
revoke all on intake.run from chancery_app;
grant select, insert ("identity_id", "source", "boot", "first_at", "last_at"), update ("accepted", "last_at") on intake.run to chancery_app;
revoke all on intake.receipt from chancery_app;
grant select, insert ("run", "seq", "digest", "entry_id", "at"), delete on intake.receipt to chancery_app;
revoke all on custody.cursor from chancery_app;
grant select on custody.cursor to chancery_app;
revoke all on custody.use from chancery_app;
grant select on custody.use to chancery_app;
revoke all on custody.tally from chancery_app;
grant select on custody.tally to chancery_app;
revoke all on custody.issued from chancery_app;
grant select on custody.issued to chancery_app;
revoke all on custody.active_hour from chancery_app;
grant select on custody.active_hour to chancery_app;
revoke all on custody.moments from chancery_app;
grant select on custody.moments to chancery_app;
revoke all on custody.alert_entry from chancery_app;
grant select on custody.alert_entry to chancery_app;
do $$ begin
  if to_regclass('public._prisma_migrations') is not null then
    revoke all on public._prisma_migrations from chancery_app;
    grant select on public._prisma_migrations to chancery_app;
  end if;
end $$;
do $$
declare f regprocedure;
begin
  for f in select p.oid from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname in ('tlog', 'custody', 'intake') loop
    execute format('revoke all on function %s from public', f);
  end loop;
  for f in select p.oid from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname || '.' || p.proname = any('{custody.behind, custody.forget_moments, custody.take_batch, intake.accept, tlog.add_anchor, tlog.add_checkpoint, tlog.add_cosignature, tlog.continue_log, tlog.count_ranges, tlog.find_entries, tlog.forget_witnesses, tlog.grow_tree, tlog.halt, tlog.halted_changes, tlog.inbox_about, tlog.inbox_backlog, tlog.inbox_holds, tlog.inbox_newest, tlog.index_batch, tlog.index_differences, tlog.is_quiet, tlog.name_is_canonical, tlog.name_span_of, tlog.names_in, tlog.note_skipped, tlog.note_witness, tlog.open_log, tlog.publish_checkpoint, tlog.query_of, tlog.rebuild_search, tlog.say_ranges, tlog.sequence_batch, tlog.thin_checkpoints, tlog.token_maker, tlog.whole, tlog.words_of, tlog.common_name_span, tlog.dns_span, tlog.ip_span, tlog.is_dns_name, tlog.mailbox_span, tlog.reversed_labels}') loop
    execute format('grant execute on function %s to chancery_app', f);
  end loop;
end $$;
