-- Which identity's certificates carry a name, as the signer remembers it from what it signed. Only the signer's role writes and reads it, so
-- that whoever rewrites who holds a name still gets no certificate for one that a valid certificate of another identity carries.
create table signer.live_name (
  -- Where the name lies (tlog.name_span_of): `dns:003:com.example.pay`; a wildcard ends in `.*`, so that it lies among what it covers.
  key text collate "C" not null,
  identity_id text collate "C" not null,
  certificate_id text collate "C" not null,
  not_after timestamptz(3) not null,
  since timestamptz(3) not null,
  primary key (key, identity_id, certificate_id)
);

-- lib/pki/held-names/name-key.ts computes the same.
create function signer.name_key(type text, value text) returns text language plpgsql immutable parallel safe set search_path = signer, pg_temp as $$
declare form text := case when type = 'dns' and value like '*.%' then 'wildcard' else 'exact' end;
begin
  if not tlog.name_is_canonical(type, form, value) then return 'legacy:' || type || ':' || value; end if;
  return lower(tlog.name_span_of(type, form, value)) || case form when 'wildcard' then '*' else '' end;
exception when others then return 'legacy:' || type || ':' || value;
end $$;

-- Remembers the names of certificates that were planned since a time and may be valid: of all of them at the upgrade, which takes the database
-- as it is; of the last minutes at each start of the signer, because what it remembers is committed without waiting for the disk.
create function signer.fill_live_names(planned_since timestamptz, at timestamptz) returns void language sql set search_path = signer, pg_temp as $$
  insert into signer.live_name (key, identity_id, certificate_id, not_after, since)
    select distinct k.key, c.identity_id, c.id, c.not_after, coalesce(c.issued_at, c.created_at)
    from public.certificate c join public.profile p on p.id = c.profile_id, lateral (
      select signer.name_key(split_part(s, ':', 1), substr(s, position(':' in s) + 1)) as key from unnest(c.sans) s
      union all select signer.name_key('cn', c.common_name)
        where not exists (select from unnest(c.sans) s where lower(substr(s, position(':' in s) + 1)) = lower(c.common_name))
    ) k
    where c.created_at >= planned_since and c.state in ('planned', 'issued', 'held') and c.not_after >= at and not (p.system and p.slug = 'ocsp-responder')
    on conflict do nothing
$$;
select signer.fill_live_names('-infinity', now());

-- Remembers the names of certificates that are about to be signed, but of those that are checked and carry a name of another identity's
-- certificate that may be valid. Returns these, for each other identity once. `item` counts from 1; a probe is a key that would be in the way,
-- a range what a wildcard covers. One at a time, so that two certificates for one name can't both be the first. Nothing waits for the disk.
create function signer.remember_names(
  certificates text[], identities text[], ends timestamptz[], checked boolean[], key_of int[], keys text[],
  probe_of int[], probes text[], range_of int[], lowers text[], uppers text[], at timestamptz
) returns table (item int, key text, identity_id text, certificate_id text, since timestamptz) language plpgsql set search_path = signer, pg_temp as $$
#variable_conflict use_column
begin
  perform set_config('synchronous_commit', 'off', true);
  perform pg_advisory_xact_lock(1936288622, 1);
  return query
    with other as materialized (
      select p.item, l.* from unnest(probe_of, probes) p (item, key), lateral (
        select * from signer.live_name l where l.key = p.key and l.identity_id < identities[p.item]
        union all select * from signer.live_name l where l.key = p.key and l.identity_id > identities[p.item]
      ) l where checked[p.item]
      union all
      select r.item, l.* from unnest(range_of, lowers, uppers) r (item, lower, upper)
        join signer.live_name l on l.key >= r.lower and l.key < r.upper and l.identity_id <> identities[r.item] where checked[r.item]
    ), conflict as materialized (
      select distinct on (o.item, o.identity_id) o.item, o.key, o.identity_id, o.certificate_id, o.since from other o
      where o.not_after >= at and not exists (select from public.certificate c where c.id = o.certificate_id and c.state = 'revoked')
      order by o.item, o.identity_id, o.since desc
    ), kept as (
      insert into signer.live_name (key, identity_id, certificate_id, not_after, since)
        select n.key, identities[n.item], certificates[n.item], ends[n.item], at from unnest(key_of, keys) n (item, key)
        where not exists (select from conflict c where c.item = n.item)
        on conflict do nothing
    )
    select c.item, c.key, c.identity_id, c.certificate_id, c.since from conflict c;
end $$;

revoke all on function signer.name_key(text, text), signer.fill_live_names(timestamptz, timestamptz),
  signer.remember_names(text[], text[], timestamptz[], boolean[], int[], text[], int[], text[], int[], text[], text[], timestamptz) from public;
grant select, insert, delete on signer.live_name to chancery_signer;
grant execute on function signer.name_key(text, text), signer.fill_live_names(timestamptz, timestamptz),
  signer.remember_names(text[], text[], timestamptz[], boolean[], int[], text[], int[], text[], int[], text[], text[], timestamptz) to chancery_signer;
grant execute on function tlog.name_span_of(text, text, text), tlog.name_is_canonical(text, text, text), tlog.reversed_labels(text), tlog.dns_span(text),
  tlog.ip_span(inet), tlog.mailbox_span(text), tlog.is_dns_name(text), tlog.common_name_span(text), tlog.inbox_about(text[]) to chancery_signer;
grant select on tlog.search, tlog.entry, tlog.indexed to chancery_signer;

-- Names that are enforced stay enforced: there is no way back to a time in which what is not held was only reported.
create function tlog.binding_is_kept() returns trigger language plpgsql as $$
begin
  if old.name_binding = 'enforced' and new.name_binding <> 'enforced' then
    raise exception 'names that are enforced stay enforced' using errcode = '23514', constraint = 'binding_is_kept';
  end if;
  return new;
end $$;
create trigger binding_is_kept before update on organization for each row execute function tlog.binding_is_kept();
alter table organization enable always trigger binding_is_kept;
revoke all on function tlog.binding_is_kept() from public;
