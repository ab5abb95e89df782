-- A CRL's row stays for ever; its bytes are let go once newer ones are served, or an authority with many revocations would keep
-- megabytes for each of them. The entry crl.issued holds their SHA-256. Nothing else of the row ever changes.
alter table crl alter column der drop not null;

create function tlog.crl_only_lets_go() returns trigger language plpgsql as $$
begin
  if new.der is not null
    or (new.id, new.authority_id, new.shard, new.number, new.this_update, new.next_update, new.entry_count, new.created_at)
       is distinct from (old.id, old.authority_id, old.shard, old.number, old.this_update, old.next_update, old.entry_count, old.created_at)
    or not exists (select from crl where authority_id = old.authority_id and shard = old.shard and number > old.number)
  then
    raise exception 'CRL %: a published CRL is never rewritten, and the newest keeps its bytes', old.id using errcode = '23514', constraint = 'crl_only_lets_go';
  end if;
  return new;
end $$;
create trigger only_lets_go before update on crl for each row execute function tlog.crl_only_lets_go();
alter table crl enable always trigger only_lets_go;

drop trigger needs_entry on crl;
create constraint trigger needs_entry after insert on crl deferrable initially deferred for each row execute function tlog.need_entry();
alter table crl enable always trigger needs_entry;
