-- The CA of a client can issue for its whole trust domain, so the signer remembers that as one of its names (lib/pki/held-names/name-key.ts).
create or replace function signer.fill_live_names(planned_since timestamptz, at timestamptz) returns void language sql set search_path = signer, pg_temp as $$
  insert into signer.live_name (key, identity_id, certificate_id, not_after, since)
    select distinct k.key, c.identity_id, c.id, c.not_after, coalesce(c.issued_at, c.created_at)
    from public.certificate c join public.profile p on p.id = c.profile_id, lateral (
      select signer.name_key(split_part(s, ':', 1), substr(s, position(':' in s) + 1)) as key from unnest(c.sans) s
      union all select s || '/*' from unnest(c.sans) s where p.system and p.slug = 'intermediate-ca' and s like 'uri:spiffe://%'
      union all select signer.name_key('cn', c.common_name)
        where not exists (select from unnest(c.sans) s where lower(substr(s, position(':' in s) + 1)) = lower(c.common_name))
    ) k
    where c.created_at >= planned_since and c.state in ('planned', 'issued', 'held') and c.not_after >= at and not (p.system and p.slug = 'ocsp-responder')
    on conflict do nothing
$$;
insert into signer.live_name (key, identity_id, certificate_id, not_after, since)
  select s || '/*', c.identity_id, c.id, c.not_after, coalesce(c.issued_at, c.created_at)
  from public.profile p join public.certificate c on c.profile_id = p.id, unnest(c.sans) s
  where p.system and p.slug = 'intermediate-ca' and s like 'uri:spiffe://%' and c.state in ('planned', 'issued', 'held') and c.not_after >= now()
  on conflict do nothing;
