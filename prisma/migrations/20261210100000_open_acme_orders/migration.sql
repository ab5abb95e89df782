-- Each newOrder counts the open orders of its account, however many the account had before.
create index acme_order_open on acme_order (account_id, expires_at) where status = 'open';
