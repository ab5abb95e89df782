-- A removed destination stays for its history and gives its name back.
drop index "destination_name_key";
create unique index destination_name on destination (name) where status <> 'removed';
alter table destination add constraint destination_kind check (kind in ('email', 'webhook', 'slack', 'syslog')), add constraint destination_status check (status in ('active', 'paused', 'removed'));
alter table delivery add constraint delivery_status check (status in ('pending', 'sent', 'failed')), add constraint delivery_reason check (reason in ('opened', 'escalated', 'resolved', 'test'));
-- What is due for a destination, and what is to be cleared away.
create index delivery_due_at on delivery (destination_id, next_at) where status = 'pending';
create index delivery_finished on delivery (finished_at) where status <> 'pending';
