-- Who indexes says up to where it knows the index, in the transaction that continues it: a process that lost its leadership can have made the
-- same segment that another one wrote meanwhile. Replacing a segment by the same changes nothing, but its sources would be counted twice.
create function tlog.expect_index(expected bigint) returns void language plpgsql security definer set search_path = tlog, pg_temp as $$
declare reached bigint;
begin
  select upto into reached from indexed for update;
  if reached is distinct from expected then
    raise exception 'the index reaches to % instead of %', reached, expected using errcode = '55000';
  end if;
end $$;
revoke all on function tlog.expect_index(bigint) from public;
grant execute on function tlog.expect_index(bigint) to chancery_app;
