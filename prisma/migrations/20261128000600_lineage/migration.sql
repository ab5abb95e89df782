-- A token never outlives or outranks its maker: who made it, and with which token, is part of its row.
alter table api_token
  -- The token that it was made with; null for one that a person or the command line made.
  add column parent_id text references api_token (id),
  -- The account that it belongs to: of the person who made it, or who made the first token of its lineage.
  add column account_id text references account (id),
  -- The token that it was made with and all before that, nearest first. It counts only while each of them does.
  add column lineage text[] not null default '{}';

-- Tokens made before keep working. Their maker is the actor of their entry, or the account whose address was noted. They are bound to it from
-- now on, unless it has ended already: a token whose maker was revoked, has expired, is disabled or is no administrator stays bound to nobody
-- and is listed without a maker, for an administrator to decide. Tokens of the command line never had one.
alter table api_token disable trigger needs_entry;

update api_token t set parent_id = made.actor_id
  from tlog.search made
  where made.action = 'token.created' and made.outcome = 'success' and made.target_id = t.id
    and exists (select from api_token p where p.id = made.actor_id and p.id < t.id);
update api_token t set account_id = made.actor_id
  from tlog.search made
  where made.action = 'token.created' and made.outcome = 'success' and made.target_id = t.id
    and exists (select from account a where a.id = made.actor_id and a.status = 'active' and a.role = 'admin');
update api_token t set account_id = a.id
  from account a
  where t.account_id is null and t.parent_id is null and a.email = t.created_by and a.status = 'active' and a.role = 'admin'
    and not exists (select from tlog.search made where made.action = 'token.created' and made.target_id = t.id);

-- From the first of each lineage on. Where a maker has ended, a new lineage begins below it.
with recursive chain (id, lineage, account_id, counts) as (
  select id, '{}'::text[], account_id, revoked_at is null and (expires_at is null or expires_at > now()) from api_token where parent_id is null
  union all
  select t.id, case when c.counts then array[c.id] || c.lineage else '{}' end, case when c.counts then c.account_id end,
    t.revoked_at is null and (t.expires_at is null or t.expires_at > now())
  from api_token t join chain c on t.parent_id = c.id
)
update api_token t set lineage = chain.lineage, account_id = chain.account_id from chain where chain.id = t.id and t.parent_id is not null;

alter table api_token enable always trigger needs_entry;

create index api_token_lineage on api_token using gin (lineage);
create index api_token_account on api_token (account_id) where account_id is not null;

-- What a token is, and whose, is never rewritten; nor is the date of its revocation, and it never lives longer than it was made to.
create function tlog.token_is_fixed() returns trigger language plpgsql as $$
begin
  if (new.id, new.name, new.role, new.identity_id, new.secret_hash, new.hint, new.created_by, new.created_at, new.expires_at, new.parent_id, new.account_id, new.lineage)
     is distinct from (old.id, old.name, old.role, old.identity_id, old.secret_hash, old.hint, old.created_by, old.created_at, old.expires_at, old.parent_id, old.account_id, old.lineage)
    or (old.revoked_at is not null and new.revoked_at is distinct from old.revoked_at)
  then
    raise exception 'token %: a token is never changed, only revoked', old.id using errcode = '23514', constraint = 'token_is_fixed';
  end if;
  return new;
end $$;
create trigger is_fixed before update on api_token for each row execute function tlog.token_is_fixed();
alter table api_token enable always trigger is_fixed;

-- A token that is made with another one belongs to its lineage and account, and expires no later.
create function tlog.token_keeps_lineage() returns trigger language plpgsql as $$
declare parent api_token;
begin
  if new.parent_id is null then
    if new.lineage = '{}' then return new; end if;
  else
    select * into parent from api_token p where p.id = new.parent_id;
    if new.lineage = array[parent.id] || parent.lineage and new.account_id is not distinct from parent.account_id and parent.revoked_at is null
      and (parent.expires_at is null or new.expires_at <= parent.expires_at) then return new; end if;
  end if;
  raise exception 'token %: it is not bounded by the token that it is made with', new.id using errcode = '23514', constraint = 'token_keeps_lineage';
end $$;
create trigger keeps_lineage before insert on api_token for each row execute function tlog.token_keeps_lineage();
alter table api_token enable always trigger keeps_lineage;
