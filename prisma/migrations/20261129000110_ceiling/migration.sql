-- What the signer judges by and nobody else writes: the ceiling of each CA key, who confirmed which CA certificate, and what the setup granted.
create table signer.ceiling (
  key_id text collate "C" not null references public.signing_key (id),
  version int not null check (version >= 1),
  rules jsonb not null,
  reason text not null check (reason in ('setup', 'upgrade', 'confirmed', 'command')),
  set_by text not null,
  entry_id text collate "C" not null,
  created_at timestamptz(3) not null,
  primary key (key_id, version)
);
-- The setup of an organization, as its one-time link or the host's environment granted it; the newest counts.
create table signer.setup_grant (
  id bigint generated always as identity primary key,
  domains text[] not null,
  granted_by text not null,
  created_at timestamptz(3) not null
);
-- What was decided about the certificate of a CA, for exactly these bytes. The setup confirms one root and one CA below it.
create table signer.confirmation (
  certificate_id text collate "C" primary key,
  tbs_sha256 bytea not null,
  decision text not null check (decision in ('confirmed', 'rejected')),
  decided_by text not null,
  setup_slot text unique check (setup_slot in ('root', 'issuing')),
  created_at timestamptz(3) not null
);
-- Keys from before there were ceilings: the signer derives theirs, once, from what their CAs have issued and may issue.
create table signer.ceiling_due (key_id text collate "C" primary key references public.signing_key (id));

do $$
declare place text;
begin
  foreach place in array array['signer.ceiling', 'signer.setup_grant', 'signer.confirmation', 'signer.ceiling_due'] loop
    execute format('create trigger no_change before update or delete on %s for each row execute function signer.refuse_change()', place);
    execute format('alter table %s enable always trigger no_change', place);
    execute format('create trigger no_truncate before truncate on %s for each statement execute function signer.refuse_change()', place);
    execute format('alter table %s enable always trigger no_truncate', place);
  end loop;
end $$;

insert into signer.ceiling_due (key_id) select key_id from public.authority where status <> 'pending';
-- Where there are CAs already, no setup link makes others.
insert into signer.confirmation (certificate_id, tbs_sha256, decision, decided_by, setup_slot, created_at)
  select coalesce(min(a.certificate_id), 'none'), '\x', 'confirmed', 'upgrade', case a.kind when 'root' then 'root' else 'issuing' end, now()
  from public.authority a where a.status <> 'pending' group by 5;

grant select, insert on signer.ceiling, signer.setup_grant, signer.confirmation to chancery_signer;
grant select on signer.ceiling_due to chancery_signer;

-- The console shows ceilings, and issuing reports what is beyond one before the signer refuses it.
create view public.ceiling as select key_id, version, rules, reason, set_by, entry_id, created_at from signer.ceiling;
revoke all on public.ceiling from public;
grant select on public.ceiling to chancery_app;
