-- What a token depends on, for the query that looks up a token with each request. A function, because its plan is kept: joined into the query,
-- each request would plan it anew, which took longer than the query itself.
create function tlog.token_maker(account text, tokens text[]) returns jsonb language plpgsql stable set search_path = public, pg_temp as $$
declare
  owner jsonb;
  made_with jsonb;
begin
  if account is not null then
    select jsonb_build_object('accountStatus', a.status, 'accountRole', a.role) into owner from account a where a.id = account;
  end if;
  if tokens <> '{}' then
    select jsonb_build_object('revoked', bool_or(t.revoked_at is not null), 'expiresAt', min(t.expires_at)) into made_with from api_token t where t.id = any(tokens);
  end if;
  return coalesce(owner, '{}') || coalesce(made_with, '{}');
end $$;
grant execute on function tlog.token_maker(text, text[]) to chancery_app;
