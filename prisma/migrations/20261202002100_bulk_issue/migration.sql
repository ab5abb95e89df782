-- Many certificates issued from many requests.
alter table bulk_act drop constraint bulk_act_act_check;
alter table bulk_act add constraint bulk_act_act_check check (act in ('revoke', 'hold', 'release', 'suspend', 'activate', 'assign', 'issue'));

create table bulk_request (
  bulk_id text not null references bulk_act (id) on delete no action on update no action,
  n integer not null,
  label text not null,
  identity_id text not null,
  profile_id text not null,
  csr_der bytea not null,
  add_names jsonb not null,
  primary key (bulk_id, n)
);

-- Written in the transaction of the plan, so that no request is issued twice.
alter table bulk_result add column certificate_id text;

-- What the application's role may do.
revoke all on public.bulk_result from chancery_app;
grant select, insert ("bulk_id", "n", "outcome", "code", "message", "entry_id", "at", "certificate_id") on public.bulk_result to chancery_app;
revoke all on public.bulk_request from chancery_app;
grant select, insert ("bulk_id", "n", "label", "identity_id", "profile_id", "csr_der", "add_names") on public.bulk_request to chancery_app;
