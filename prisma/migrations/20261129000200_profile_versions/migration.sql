-- Every version of a profile is kept whole and never changes: the signer evaluates the bytes that it signs by the version that their plan
-- names, and takes it only if its digest is the one in the entry that made it. Versions from before this migration have neither digest nor
-- entry: they are what the profiles held when the database was upgraded, and what was there before them is not kept.
create table profile_version (
  profile_id text not null references profile (id),
  version int not null constraint profile_version_counts check (version >= 1),
  slug text not null,
  system boolean not null,
  authority_id text references authority (id),
  rules jsonb not null constraint profile_version_is_small check (octet_length(rules::text) <= 262144),
  -- SHA-256 over the canonical JSON of all of these (lib/log/pure/profile-version.ts).
  digest text constraint profile_version_digest check (digest ~ '^[0-9a-f]{64}$'),
  entry_id text,
  created_at timestamptz(3) not null,
  primary key (profile_id, version),
  constraint profile_version_is_recorded check ((digest is null) = (entry_id is null))
);

insert into profile_version (profile_id, version, slug, system, authority_id, rules, created_at)
  select id, version, slug, system, authority_id, rules, changed_at from profile;

-- A version is made only under the entry that holds its digest, in its own transaction.
create function tlog.need_version_entry() returns trigger language plpgsql security definer set search_path = tlog, pg_temp as $$
begin
  perform from tlog.inbox, lateral (select convert_from(entry, 'UTF8')::jsonb as e) x
    where xid = pg_current_xact_id() and target_id = new.profile_id and inbox.entry_id = new.entry_id
      and e ->> 'id' = new.entry_id and e #>> '{target,id}' = new.profile_id and e ->> 'action' in ('profile.created', 'profile.updated')
      and e #>> '{details,version}' = new.version::text and e #>> '{details,versionSha256}' = new.digest limit 1;
  if not found then
    raise exception 'version % of the profile % was made without its entry', new.version, new.profile_id using errcode = '23514', constraint = 'needs_entry';
  end if;
  return null;
end $$;
create constraint trigger needs_entry after insert on profile_version deferrable initially deferred for each row execute function tlog.need_version_entry();
alter table profile_version enable always trigger needs_entry;

create function tlog.version_is_fixed() returns trigger language plpgsql as $$
begin
  raise exception 'versions of profiles never change' using errcode = '42501';
end $$;
create trigger no_change before update or delete on profile_version for each row execute function tlog.version_is_fixed();
alter table profile_version enable always trigger no_change;
create trigger no_truncate before truncate on profile_version for each statement execute function tlog.version_is_fixed();
alter table profile_version enable always trigger no_truncate;

revoke all on function tlog.need_version_entry(), tlog.version_is_fixed() from public;
revoke all on profile_version from chancery_app;
grant select, insert on profile_version to chancery_app;
grant select on profile_version to chancery_signer;
