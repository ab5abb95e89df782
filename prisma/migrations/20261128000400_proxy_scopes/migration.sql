-- For what a proxy's word counts (decision 17). Proxies that are trusted already keep forward auth, which they were made for, and nothing else:
-- an administrator grants the API or the console where that is wanted.
alter table proxy add column scopes text[] not null default array['forward-auth'];
alter table proxy alter column scopes drop default;
alter table proxy add constraint proxy_scopes check (cardinality(scopes) between 1 and 3 and array_position(scopes, null) is null and scopes <@ array['forward-auth', 'api', 'console']);

-- How many entries there were when proxies got scopes, for those that were trusted before: entries until then name a proxy by its label alone.
alter table proxy add column unscoped_until bigint;
alter table proxy disable trigger needs_entry;
update proxy set unscoped_until = (select size from tlog.head);
alter table proxy enable always trigger needs_entry;

-- The proxy through which a session was started: it ends with the proxy's scope.
alter table session add column proxy_id text references proxy (id) on update cascade on delete restrict;
create index session_proxy on session (proxy_id) where proxy_id is not null and ended_at is null;
