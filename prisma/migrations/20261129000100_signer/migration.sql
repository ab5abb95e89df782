-- The signer has its own role, and its own schema that no other role can enter: sealed keys are there, where the application can neither read
-- nor destroy them. The signer writes a key with its entry in one transaction; the application refers to keys by id.
do $$ begin
  if not exists (select from pg_roles where rolname = 'chancery_signer') then create role chancery_signer nologin; end if;
end $$;

create schema signer;
revoke all on schema signer from public;

create table signer.sealed_key (
  key_id text collate "C" primary key references public.signing_key (id),
  sealed bytea not null,
  created_at timestamptz not null default clock_timestamp()
);
create table signer.log_key (
  origin text collate "C" primary key check (origin ~ '^[!-*,-~]{1,200}$'),
  vkey text collate "C" not null,
  public_key bytea not null check (octet_length(public_key) = 32),
  sealed bytea not null,
  created_at timestamptz not null default clock_timestamp()
);

insert into signer.sealed_key (key_id, sealed, created_at) select id, sealed, created_at from public.signing_key;
insert into signer.log_key (origin, vkey, public_key, sealed, created_at) select origin, vkey, public_key, sealed, opened_at from tlog.log;
alter table public.signing_key drop column sealed;
alter table tlog.log drop column sealed;

-- Keys are added and never changed or removed, by any role.
create function signer.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% on %.% is refused: what the signer wrote is never changed', tg_op, tg_table_schema, tg_table_name using errcode = '42501';
end $$;
do $$
declare place text;
begin
  foreach place in array array['signer.sealed_key', 'signer.log_key', 'public.signing_key'] loop
    execute format('create trigger no_change before update or delete on %s for each row execute function signer.refuse_change()', place);
    execute format('alter table %s enable always trigger no_change', place);
    execute format('create trigger no_truncate before truncate on %s for each statement execute function signer.refuse_change()', place);
    execute format('alter table %s enable always trigger no_truncate', place);
  end loop;
end $$;
create constraint trigger needs_entry after insert on public.signing_key deferrable initially deferred for each row execute function tlog.need_entry();
alter table public.signing_key enable always trigger needs_entry;

-- A log has the key that the signer made for its origin.
drop function tlog.open_log(text, text, bytea, bytea, text);
create function tlog.open_log(new_origin text, previous text) returns int
language plpgsql security definer set search_path = tlog, pg_temp as $$
declare why jsonb;
begin
  select halted into why from head for update;
  if why is not null then raise exception 'the log is halted: it can be continued, not opened' using errcode = '55000'; end if;
  if exists (select from log) then raise exception 'there is a log already' using errcode = '55000'; end if;
  insert into log (generation, origin, vkey, public_key, start_size, previous_note)
    select 1, k.origin, k.vkey, k.public_key, 0, previous from signer.log_key k where k.origin = new_origin;
  if not found then raise exception 'the signer has no key for the log %', new_origin using errcode = '22023'; end if;
  return 1;
end $$;

drop function tlog.continue_log(text, text, bytea, bytea, text, text[], bigint, bytea);
create function tlog.continue_log(new_origin text, previous text, left_origins text[], at_size bigint, said bytea)
returns int language plpgsql security definer set search_path = tlog, pg_temp as $$
declare g int; s bigint; why jsonb;
begin
  select size, halted into s, why from head for update;
  if why is null then raise exception 'the log is not halted, so it needs no continuation' using errcode = '55000'; end if;
  if s <> at_size then raise exception 'the log holds % entries and not %', s, at_size using errcode = '40001'; end if;
  select coalesce(max(generation), 0) + 1 into g from log;
  insert into log (generation, origin, vkey, public_key, start_size, previous_note, left_behind)
    select g, k.origin, k.vkey, k.public_key, s, previous, left_origins from signer.log_key k where k.origin = new_origin;
  if not found then raise exception 'the signer has no key for the log %', new_origin using errcode = '22023'; end if;
  perform ensure_partition(s + 1);
  insert into entry (seq, entry_id, leaf_hash, entry) values (s, (names_in(said))[1], sha256('\x00'::bytea || said), said);
  update head set size = s + 1, halted = null;
  perform pg_notify('chancery_log', (s + 1)::text);
  return g;
end $$;
revoke all on function tlog.open_log(text, text), tlog.continue_log(text, text, text[], bigint, bytea), signer.refuse_change() from public;
grant execute on function tlog.open_log(text, text), tlog.continue_log(text, text, text[], bigint, bytea) to chancery_app;

revoke all on public.signing_key from chancery_app;
grant select on public.signing_key to chancery_app;

-- What the signer reads to judge by, and the little that it writes.
grant usage on schema signer, public, tlog to chancery_signer;
grant select, insert on signer.sealed_key, signer.log_key to chancery_signer;
grant select, insert on public.signing_key to chancery_signer;
grant select on public.organization, public.authority, public.profile, public.identity, public.public_key, public.certificate, public.crl,
  public.identity_name, public.name_share to chancery_signer;
grant select on tlog.log, tlog.checkpoint, tlog.head to chancery_signer;
grant insert (entry, entry_id, target_id) on tlog.inbox to chancery_signer;
grant execute on function tlog.names_in(bytea), tlog.find_entries(text[]) to chancery_signer;
