import { comparable, secondsOf, textOf } from "./fields";
import { createdSql, type PlainEntityType, secondsSql } from "./plain-entity-type";

/** The bytes of a CRL that is stored as what it changes of another. */
const changedSql =
  "(select tlog.crl_with_changes(b.der, crl.changes) from crl b where (b.authority_id, b.shard, b.number) = (crl.authority_id, crl.shard, crl.base_number))";
const newerSql =
  "select from crl n where (n.authority_id, n.shard) = (crl.authority_id, crl.shard) and n.number > crl.number";
/**
 * More than are ever kept: a few octets in each of many rows, as many times a base of megabytes, would
 * take longer than a statement may.
 */
const manySql = `${newerSql} and n.changes is not null offset 7`;
/**
 * The digest of a CRL's bytes: the bytes themselves, of all CRLs of a page, would not fit into memory.
 * Null for those that were dropped because there is a newer one.
 */
const crlContentSql = `case when der is not null then encode(sha256(der), 'hex')
  when changes is not null and exists (${manySql}) then 'one of too many'
  when changes is not null then coalesce(encode(sha256(${changedSql}), 'hex'), 'missing')
  when not exists (${newerSql}) then 'missing' end`;

/** CRLs, with the digest of those whose bytes are kept. */
export const crlEntityType: PlainEntityType = {
  name: "crl",
  from: "crl",
  created: "crl.issued",
  labelField: "number",
  transitions: {},
  columns: `id, authority_id as authority, shard, number::text as number, entry_count::text as "number of entries", ${secondsSql("this_update")} as "this update (seconds)", ${createdSql()}, ${crlContentSql} as content, ${secondsSql("next_update")} as "next update (seconds)"`,
  initial: ({ details }) => ({
    authority: comparable(details.authorityId),
    shard: comparable(details.shard),
    number: comparable(details.number),
    "number of entries": textOf(details.entryCount),
    "next update (seconds)": secondsOf(details.nextUpdate),
    "this update (seconds)":
      details.thisUpdate === undefined ? undefined : secondsOf(details.thisUpdate),
    content: comparable(details.sha256),
  }),
};
