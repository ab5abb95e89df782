-- Links with which a person sets the password of their account; passwords that others choose are gone.
alter table account alter column password_hash drop not null;

create table invitation (
  id text primary key,
  account_id text not null references account (id),
  token_sha256 bytea not null unique check (octet_length(token_sha256) = 32),
  created_by text not null,
  created_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  used_at timestamptz(3),
  used_ip text not null default '',
  canceled_at timestamptz(3),
  constraint expires_later check (expires_at > created_at),
  constraint used_or_canceled check (used_at is null or canceled_at is null)
);
create unique index invitation_open on invitation (account_id) where used_at is null and canceled_at is null;
create index invitation_account on invitation (account_id, created_at desc);

-- A link that was used or canceled never opens again, and it never becomes another's.
create function tlog.invitation_is_fixed() returns trigger language plpgsql as $$
begin
  if (new.id, new.account_id, new.token_sha256, new.created_by, new.created_at, new.expires_at)
     is distinct from (old.id, old.account_id, old.token_sha256, old.created_by, old.created_at, old.expires_at)
    or (old.used_at is not null and (new.used_at, new.used_ip) is distinct from (old.used_at, old.used_ip))
    or (old.canceled_at is not null and new.canceled_at is distinct from old.canceled_at)
  then
    raise exception 'invitation %: a link is never rewritten', old.id using errcode = '23514', constraint = 'invitation_is_fixed';
  end if;
  return new;
end $$;
create trigger is_fixed before update on invitation for each row execute function tlog.invitation_is_fixed();
alter table invitation enable always trigger is_fixed;
create constraint trigger needs_entry after insert or update on invitation deferrable initially deferred for each row execute function tlog.need_entry();
alter table invitation enable always trigger needs_entry;
create trigger no_delete before delete on invitation for each row execute function tlog.refuse_delete();
alter table invitation enable always trigger no_delete;
create trigger no_truncate before truncate on invitation for each statement execute function tlog.refuse_delete();
alter table invitation enable always trigger no_truncate;
grant select, insert on invitation to chancery_app;
grant update (used_at, used_ip, canceled_at) on invitation to chancery_app;

-- When a session ends without activity. Sessions from before the upgrade get the default from now on.
alter table session add column idle_until timestamptz(3);
update session set idle_until = now() + interval '30 minutes';
alter table session alter column idle_until set not null;

-- Outdated counters of failed sign-ins are deleted while others are added.
create index sign_in_failure_last on sign_in_failure (last_at);
