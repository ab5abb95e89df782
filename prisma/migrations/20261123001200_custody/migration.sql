-- Custody: who may use a certificate from where and for what, which proxies speak for others, and the alerts with where they are sent to.
ALTER TABLE "identity" ADD COLUMN "networks" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[];
ALTER TABLE "account" ADD COLUMN "identity_id" TEXT;
CREATE UNIQUE INDEX "account_identity_id_key" ON "account"("identity_id");
ALTER TABLE "account" ADD CONSTRAINT "account_identity_id_fkey" FOREIGN KEY ("identity_id") REFERENCES "identity"("id") ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE "session" ADD COLUMN "certificate_id" TEXT;
ALTER TABLE "session" ADD CONSTRAINT "session_certificate_id_fkey" FOREIGN KEY ("certificate_id") REFERENCES "certificate"("id") ON DELETE SET NULL ON UPDATE CASCADE;

CREATE TABLE "policy" (
  "id" TEXT NOT NULL, "service" TEXT NOT NULL, "name" TEXT NOT NULL, "description" TEXT NOT NULL DEFAULT '', "status" TEXT NOT NULL, "version" INTEGER NOT NULL,
  "rules" JSONB NOT NULL, "created_at" TIMESTAMPTZ(3) NOT NULL, "changed_at" TIMESTAMPTZ(3) NOT NULL, CONSTRAINT "policy_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "policy_service_key" ON "policy"("service");

CREATE TABLE "proxy" (
  "id" TEXT NOT NULL, "identity_id" TEXT NOT NULL, "kind" TEXT NOT NULL, "hops" INTEGER NOT NULL, "status" TEXT NOT NULL, "note" TEXT NOT NULL DEFAULT '',
  "created_at" TIMESTAMPTZ(3) NOT NULL, "changed_at" TIMESTAMPTZ(3) NOT NULL, CONSTRAINT "proxy_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "proxy_identity_id_key" ON "proxy"("identity_id");
ALTER TABLE "proxy" ADD CONSTRAINT "proxy_identity_id_fkey" FOREIGN KEY ("identity_id") REFERENCES "identity"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
alter table proxy add constraint proxy_kind check (kind in ('nginx', 'traefik', 'envoy', 'rfc9440')), add constraint proxy_hops check (hops between 0 and 16);

CREATE TABLE "alert" (
  "id" TEXT NOT NULL, "rule" TEXT NOT NULL, "severity" TEXT NOT NULL, "subject_kind" TEXT NOT NULL, "subject_id" TEXT NOT NULL, "subject_label" TEXT NOT NULL,
  "identity_id" TEXT, "status" TEXT NOT NULL, "summary" TEXT NOT NULL, "opened_at" TIMESTAMPTZ(3) NOT NULL, "assigned_to" TEXT, "acknowledged_by" TEXT,
  "acknowledged_at" TIMESTAMPTZ(3), "resolved_by" TEXT, "resolved_at" TIMESTAMPTZ(3), "resolution" TEXT, "comment" TEXT NOT NULL DEFAULT '',
  "changed_at" TIMESTAMPTZ(3) NOT NULL, CONSTRAINT "alert_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "alert_status_opened_at_idx" ON "alert"("status", "opened_at" DESC);
CREATE INDEX "alert_identity_id_opened_at_idx" ON "alert"("identity_id", "opened_at" DESC);
-- One incident for a rule and a subject, until it is resolved.
create unique index alert_open on alert (rule, subject_id) where status <> 'resolved';
alter table alert add constraint alert_status check (status in ('open', 'acknowledged', 'resolved')), add constraint alert_severity check (severity in ('low', 'medium', 'high', 'critical'));

CREATE TABLE "alert_figures" (
  "alert_id" TEXT NOT NULL, "count" BIGINT NOT NULL, "first_seq" BIGINT, "last_seq" BIGINT, "first_at" TIMESTAMPTZ(3) NOT NULL, "last_at" TIMESTAMPTZ(3) NOT NULL,
  "why" JSONB NOT NULL, CONSTRAINT "alert_figures_pkey" PRIMARY KEY ("alert_id")
);
ALTER TABLE "alert_figures" ADD CONSTRAINT "alert_figures_alert_id_fkey" FOREIGN KEY ("alert_id") REFERENCES "alert"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

CREATE TABLE "alert_exception" (
  "id" TEXT NOT NULL, "rule" TEXT NOT NULL, "subject_kind" TEXT NOT NULL, "subject_id" TEXT NOT NULL, "subject_label" TEXT NOT NULL, "network" TEXT,
  "comment" TEXT NOT NULL, "created_by" TEXT NOT NULL, "created_at" TIMESTAMPTZ(3) NOT NULL, "expires_at" TIMESTAMPTZ(3) NOT NULL, "ended_at" TIMESTAMPTZ(3),
  CONSTRAINT "alert_exception_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "alert_exception_rule_subject_id_idx" ON "alert_exception"("rule", "subject_id");

CREATE TABLE "rule_setting" (
  "id" TEXT NOT NULL, "enabled" BOOLEAN NOT NULL, "severity" TEXT, "values" JSONB NOT NULL, "changed_at" TIMESTAMPTZ(3) NOT NULL, CONSTRAINT "rule_setting_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "destination" (
  "id" TEXT NOT NULL, "kind" TEXT NOT NULL, "name" TEXT NOT NULL, "status" TEXT NOT NULL, "config" JSONB NOT NULL, "sealed" BYTEA, "min_severity" TEXT NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL, "changed_at" TIMESTAMPTZ(3) NOT NULL, CONSTRAINT "destination_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "destination_name_key" ON "destination"("name");

CREATE TABLE "delivery" (
  "id" TEXT NOT NULL, "alert_id" TEXT, "destination_id" TEXT NOT NULL, "reason" TEXT NOT NULL, "status" TEXT NOT NULL, "attempts" INTEGER NOT NULL DEFAULT 0,
  "next_at" TIMESTAMPTZ(3) NOT NULL, "created_at" TIMESTAMPTZ(3) NOT NULL, "finished_at" TIMESTAMPTZ(3), CONSTRAINT "delivery_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "delivery_destination_id_created_at_idx" ON "delivery"("destination_id", "created_at" DESC);
CREATE INDEX "delivery_alert_id_created_at_idx" ON "delivery"("alert_id", "created_at");
create index delivery_due on delivery (next_at) where status = 'pending';
ALTER TABLE "delivery" ADD CONSTRAINT "delivery_alert_id_fkey" FOREIGN KEY ("alert_id") REFERENCES "alert"("id") ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE "delivery" ADD CONSTRAINT "delivery_destination_id_fkey" FOREIGN KEY ("destination_id") REFERENCES "destination"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

CREATE TABLE "delivery_attempt" (
  "delivery_id" TEXT NOT NULL, "n" INTEGER NOT NULL, "at" TIMESTAMPTZ(3) NOT NULL, "ok" BOOLEAN NOT NULL, "answer" TEXT NOT NULL, "milliseconds" INTEGER NOT NULL,
  CONSTRAINT "delivery_attempt_pkey" PRIMARY KEY ("delivery_id", "n")
);
ALTER TABLE "delivery_attempt" ADD CONSTRAINT "delivery_attempt_delivery_id_fkey" FOREIGN KEY ("delivery_id") REFERENCES "delivery"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

do $$
declare place text;
begin
  foreach place in array array['policy', 'proxy', 'alert', 'alert_exception', 'rule_setting', 'destination'] loop
    execute format('create constraint trigger needs_entry after insert or update on %I deferrable initially deferred for each row execute function tlog.need_entry()', place);
    execute format('alter table %I enable always trigger needs_entry', place);
    execute format('create trigger no_delete before delete on %I for each row execute function tlog.refuse_delete()', place);
    execute format('alter table %I enable always trigger no_delete', place);
    execute format('create trigger no_truncate before truncate on %I for each statement execute function tlog.refuse_delete()', place);
    execute format('alter table %I enable always trigger no_truncate', place);
  end loop;
end $$;

grant select, insert, update on policy, proxy, alert, alert_figures, alert_exception, rule_setting, destination, delivery, delivery_attempt to chancery_app;
grant delete on delivery, delivery_attempt to chancery_app;

-- As before, and: an alert may be opened and answered while the log is halted, for that is when somebody has to be told.
create or replace function tlog.need_entry() returns trigger language plpgsql security definer set search_path = tlog, pg_temp as $$
begin
  perform from tlog.inbox where xid = pg_current_xact_id() and target_id = new.id and (tlog.names_in(entry))[2] = new.id limit 1;
  if not found then
    raise exception '% % changed without an entry in its transaction', tg_table_name, new.id using errcode = '23514', constraint = 'needs_entry';
  end if;
  if tg_table_name in ('crl', 'alert') or not exists (select from tlog.head where halted is not null) then return null; end if;
  if tg_table_name = 'certificate' and exists (
    select from public.profile p where p.id = to_jsonb(new) ->> 'profile_id' and p.system and p.slug in ('ocsp-responder', 'console-tls')
  ) then return null; end if;
  raise exception 'the log is halted: nothing can be changed' using errcode = '23514', constraint = 'log_is_halted';
end $$;

-- What goes along with acts and is no act by itself: reads, heartbeats, and requests to other services that were allowed.
create or replace function tlog.is_quiet(action text) returns boolean language sql immutable parallel safe
  return coalesce(action like '%.read' or action in ('source.heartbeat', 'request.authorized'), false);
