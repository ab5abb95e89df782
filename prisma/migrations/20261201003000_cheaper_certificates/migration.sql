-- Each certificate is written twice, as a plan and when it is signed, and each time into every index. One index finds a serial number with its
-- issuer and without; those that hold each value once hold no row without a value.
-- The whole lock at once: a weaker one that is raised later can end in a deadlock with another node. Everything that reads or
-- writes certificates waits while the indexes are built, some seconds for a million certificates.
lock table certificate in access exclusive mode;
create unique index certificate_serial_issuer_id_key on certificate (serial, issuer_id);
drop index certificate_issuer_id_serial_key;
drop index certificate_serial_idx;
drop index certificate_fingerprint_sha256_key;
create unique index certificate_fingerprint_sha256_key on certificate (fingerprint_sha256) where fingerprint_sha256 is not null;
drop index certificate_predecessor_id_key;
create unique index certificate_predecessor_id_key on certificate (predecessor_id) where predecessor_id is not null;

-- Bytes of keys and signatures don't compress: a row with three of them stays in its page, without an attempt.
alter table certificate set (toast_tuple_target = 4080);

-- As before, in another language: each statement that writes a certificate prepares the expressions of its indexes anew, and would parse a function
-- in SQL each time to see whether its body can take the place of the call.
create or replace function tlog.certificate_search_text(common_name text, sans text[]) returns text
  language plpgsql immutable strict parallel safe as $$
begin
  return tlog.fold_text(common_name || ' ' || coalesce((select string_agg(substr(san, strpos(san, ':') + 1), ' ' order by n)
    from unnest(sans) with ordinality as x (san, n)), ''));
end $$;
