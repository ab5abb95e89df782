-- The bytes of a CRL are stored without compression: with a million entries, compressing them takes longer than all
-- the rest of storing them, and only uncompressed bytes are read in pieces without reading the whole value for each.
alter table crl alter column der set storage external;
