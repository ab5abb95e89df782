-- The list of certificates whose private key Chancery made: a few of very many.
create index certificate_server_key on certificate (created_at desc, id desc) where server_key;
