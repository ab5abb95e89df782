-- Names are bound to identities: each row is one name or pattern that one identity holds. No two identities hold names that overlap,
-- unless an administrator has shared them: an exclusion constraint over text intervals says so, under concurrency too (decision 16).
create extension if not exists btree_gist;

create type name_span as range (subtype = text, collation = "C");

-- The labels of a DNS name from the root down: a.b.example -> example.b.a
create function tlog.reversed_labels(name text) returns text language sql immutable parallel safe
  return array_to_string(array(select l from unnest(string_to_array(name, '.')) with ordinality t(l, n) order by n desc), '.');

create function tlog.dns_span(name text) returns public.name_span language plpgsql immutable parallel safe set search_path = tlog, public, pg_temp as $$
declare depth text := lpad(array_length(string_to_array(name, '.'), 1)::text, 3, '0'); below text;
begin
  if name not like '*.%' then
    return name_span('dns:' || depth || ':' || reversed_labels(name), 'dns:' || depth || ':' || reversed_labels(name), '[]');
  end if;
  below := 'dns:' || depth || ':' || reversed_labels(substr(name, 3));
  return name_span(below || '.', below || '/', '[)');
end $$;

-- An address or network, first and last address in hexadecimal: families never meet.
create function tlog.ip_span(value inet) returns public.name_span language plpgsql immutable parallel safe set search_path = tlog, public, pg_temp as $$
declare family text := case family(value) when 4 then 'ip4:' else 'ip6:' end; bits int := case family(value) when 4 then 32 else 128 end;
begin
  return name_span(
    family || encode(substr(inet_send(set_masklen(network(value)::inet, bits)), 5), 'hex'),
    family || encode(substr(inet_send(set_masklen(broadcast(value), bits)), 5), 'hex'), '[]');
end $$;

create function tlog.mailbox_span(value text) returns public.name_span language sql immutable parallel safe set search_path = tlog, public, pg_temp as $$
  select name_span(m, m, '[]') from (select 'email:' || lower(substring(value from '@([^@]*)$') collate "C") || ':' ||
    lower(coalesce(nullif(split_part(substring(value from '^(.*)@'), '+', 1), ''), substring(value from '^(.*)@')) collate "C") as m) s $$;

create function tlog.is_dns_name(value text) returns boolean language sql immutable parallel safe
  return length(value) <= 253
    and value ~ '^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'
    and value !~ '(^|\.)[0-9]+$' and (value not like '*.%' or position('.' in substr(value, 3)) > 0);

-- A common name lies where a verifier that falls back to it would look: on the host, address, mailbox or URI that it reads as.
create function tlog.common_name_span(value text) returns public.name_span language plpgsql immutable parallel safe set search_path = tlog, public, pg_temp as $$
declare folded text := lower(normalize(value, nfkc) collate "pg_c_utf8");
begin
  if is_dns_name(folded) then return dns_span(folded); end if;
  if folded ~ '^(0|[1-9][0-9]{0,2})(\.(0|[1-9][0-9]{0,2})){3}$' or folded ~ '^[0-9a-f:.]*:[0-9a-f:.]*$' then
    begin
      return ip_span(folded::inet);
    exception when invalid_text_representation then null;
    end;
  end if;
  if folded ~ '^[a-z0-9!#$%&''*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&''*+/=?^_`{|}~-]+)*@[a-z0-9.-]{1,253}$' and is_dns_name(substring(folded from '@(.*)$')) then
    return mailbox_span(folded);
  end if;
  if folded ~ '^[a-z][a-z0-9+.-]*:[!-~]+$' then return name_span('uri:' || folded, 'uri:' || folded, '[]'); end if;
  return name_span('cn:' || folded, 'cn:' || folded, '[]');
end $$;

-- Where a holding lies; lib/pki/held-names/span.ts computes the same.
create function tlog.name_span_of(type text, form text, value text) returns public.name_span language plpgsql immutable parallel safe set search_path = tlog, public, pg_temp as $$
begin
  case type
    when 'dns' then return dns_span(value);
    when 'ip' then return ip_span(value::inet);
    when 'uri' then
      if form = 'prefix' then return name_span('uri:' || value, 'uri:' || left(value, -1) || '0', '[)'); end if;
      return name_span('uri:' || value, 'uri:' || value, '[]');
    when 'email' then return mailbox_span(value);
    when 'cn' then return common_name_span(value);
    else return name_span('legacy:' || value, 'legacy:' || value, '[]');
  end case;
end $$;

-- The second look at what lib/pki/held-names makes: no spelling gets in that the application would refuse.
create function tlog.name_is_canonical(type text, form text, value text) returns boolean language plpgsql immutable parallel safe set search_path = tlog, public, pg_temp as $$
begin
  case type
    when 'dns' then
      return is_dns_name(value) and value !~ '(^|\.)0x[0-9a-f]*$' and value !~ '(^|\.)(?!xn)..--' and (form = 'wildcard') = (value like '*.%');
    when 'ip' then
      if form = 'network' then
        return value::cidr::text = value and masklen(value::cidr) between case family(value::inet) when 4 then 8 else 16 end
          and case family(value::inet) when 4 then 31 else 127 end;
      end if;
      return host(value::inet) = value and not (value::inet <<= '::ffff:0:0/96') and (not (value::inet <<= '::/96') or value in ('::', '::1'));
    when 'uri' then
      return length(value) <= 2049 and value !~ '[*#\s"<>\\^`{|}]' and value ~ '^[!-~]+$' and (form = 'prefix') = (value like '%/')
        and (value ~ '^urn:' or value ~ '^[a-z][a-z0-9+.-]*://[a-z0-9.-]+(:[1-9][0-9]{0,4})?(/|\?|$)') and value !~ '/\.{1,2}(/|\?|$)' and value !~ '[^:]//' and value !~ '^[a-z][a-z0-9+.-]*:///';
    when 'email' then
      return value ~ '^[^@\s]{1,64}@[a-z0-9.-]{1,253}$' and is_dns_name(substring(value from '@(.*)$'));
    when 'cn' then
      return char_length(value) between 1 and 64 and value is nfc normalized and value !~ '[*,;=+"\\<>/#[:cntrl:]]' and value !~ '^\s|\s$|\s\s';
    else return true;
  end case;
exception when invalid_text_representation then return false;
end $$;

create table name_share (
  id text primary key,
  state text not null constraint name_share_state_known check (state in ('undecided', 'decided', 'ended')),
  comment text not null default '',
  review_at timestamptz(3),
  created_by text not null,
  created_at timestamptz(3) not null,
  changed_at timestamptz(3) not null
);

create table identity_name (
  id text primary key,
  identity_id text not null references identity (id),
  type text not null,
  form text not null,
  value text not null,
  state text not null constraint identity_name_state_known check (state in ('held', 'reserved', 'released')),
  share_id text references name_share (id),
  origin text not null constraint identity_name_origin_known check (origin in ('identity', 'issue', 'edit', 'setup', 'upgrade', 'import', 'transfer', 'template')),
  reserved_until timestamptz(3),
  created_at timestamptz(3) not null,
  changed_at timestamptz(3) not null,
  holder text generated always as (coalesce(share_id, identity_id)) stored not null,
  span name_span generated always as (tlog.name_span_of(type, form, value)) stored not null,
  constraint identity_name_form_known check ((type, form) in
    (('dns', 'exact'), ('dns', 'wildcard'), ('uri', 'exact'), ('uri', 'prefix'), ('ip', 'exact'), ('ip', 'network'), ('email', 'exact'), ('cn', 'exact'), ('legacy', 'exact'))),
  constraint identity_name_is_canonical check (tlog.name_is_canonical(type, form, value)),
  constraint identity_name_reserved_until check ((state = 'reserved') = (reserved_until is not null)),
  constraint name_has_one_holder exclude using gist (span with &&, holder with <>) where (state <> 'released') deferrable initially immediate
);
create unique index identity_name_once on identity_name (identity_id, type, value) where state <> 'released';
create index identity_name_of_identity on identity_name (identity_id);
create index identity_name_span on identity_name using gist (span) where state <> 'released';

-- Raised whenever names, name, status, networks or power change in a way that takes something away or confers power, so that a plan never
-- rests on a state that is gone. Names that are only added are counted apart: they make no plan wrong, and must not make many at once wait.
alter table identity add column epoch int not null default 0;
alter table identity add column names_epoch int not null default 0;

create function tlog.identity_name_is_fixed() returns trigger language plpgsql as $$
begin
  if (new.id, new.identity_id, new.type, new.form, new.value, new.origin, new.created_at)
     is distinct from (old.id, old.identity_id, old.type, old.form, old.value, old.origin, old.created_at)
    or (old.state = 'released' and new.state <> 'released')
  then
    raise exception 'name %: what is held, and by whom, is never rewritten', old.id using errcode = '23514', constraint = 'identity_name_is_fixed';
  end if;
  return new;
end $$;
create trigger is_fixed before update on identity_name for each row execute function tlog.identity_name_is_fixed();
alter table identity_name enable always trigger is_fixed;

-- A name changes only under an entry about its identity that is one of the acts on names.
create function tlog.need_name_entry() returns trigger language plpgsql security definer set search_path = tlog, pg_temp as $$
begin
  perform from tlog.inbox where xid = pg_current_xact_id() and target_id = new.identity_id and (tlog.names_in(entry))[2] = new.identity_id
    and convert_from(entry, 'UTF8')::jsonb ->> 'action' in ('identity.created', 'identity.updated', 'identity.names-added', 'identity.names-released',
      'identity.names-shared', 'identity.names-transferred', 'identity.names-decided', 'identity.name-freed', 'identity.names-imported', 'identity.names-upgraded') limit 1;
  if not found then
    raise exception 'name % changed without an entry in its transaction', new.id using errcode = '23514', constraint = 'needs_entry';
  end if;
  if exists (select from tlog.head where halted is not null) then
    raise exception 'the log is halted: nothing can be changed' using errcode = '23514', constraint = 'log_is_halted';
  end if;
  return null;
end $$;
create constraint trigger needs_entry after insert or update on identity_name deferrable initially deferred for each row execute function tlog.need_name_entry();
alter table identity_name enable always trigger needs_entry;
-- A share changes only under an entry about one of its identities that names the share.
create function tlog.need_share_entry() returns trigger language plpgsql security definer set search_path = tlog, pg_temp as $$
begin
  perform from tlog.inbox, lateral (select convert_from(entry, 'UTF8')::jsonb as e) x where xid = pg_current_xact_id()
    and e ->> 'action' like 'identity.names-%' and (e -> 'details' ->> 'share' = new.id or e -> 'details' -> 'shares' ? new.id) limit 1;
  if not found then
    raise exception 'share % changed without an entry in its transaction', new.id using errcode = '23514', constraint = 'needs_entry';
  end if;
  return null;
end $$;
create constraint trigger needs_entry after insert or update on name_share deferrable initially deferred for each row execute function tlog.need_share_entry();
alter table name_share enable always trigger needs_entry;
do $$
declare place text;
begin
  foreach place in array array['identity_name', 'name_share'] loop
    execute format('create trigger no_delete before delete on %I for each row execute function tlog.refuse_delete()', place);
    execute format('alter table %I enable always trigger no_delete', place);
    execute format('create trigger no_truncate before truncate on %I for each statement execute function tlog.refuse_delete()', place);
    execute format('alter table %I enable always trigger no_truncate', place);
  end loop;
end $$;

grant select on identity_name, name_share to chancery_app;
grant insert (id, identity_id, type, form, value, state, share_id, origin, reserved_until, created_at, changed_at) on identity_name to chancery_app;
grant update (state, share_id, reserved_until, changed_at) on identity_name to chancery_app;
grant insert, update on name_share to chancery_app;
grant execute on function tlog.name_span_of(text, text, text), tlog.name_is_canonical(text, text, text) to chancery_app;

-- observed: a database from before names were bound; what would be refused is reported and goes on. enforced: it is refused.
alter table organization add column name_binding text not null default 'observed' constraint organization_name_binding_known check (name_binding in ('observed', 'enforced'));
alter table organization alter column name_binding set default 'enforced';
-- When the names of earlier certificates were bound; only for a database from before.
alter table organization add column names_upgraded_at timestamptz(3);
