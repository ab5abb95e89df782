import { makeCertificateStore } from "./certificate-store";
import {
  type CertificateState,
  nextState,
  planDigest,
  plannedFields,
  rotationDigest,
  shortDigest,
} from "./certificate-state";
import { sha256Hex } from "@/lib/format/hash";
import { byteDifferences } from "./certificate-bytes";
import { createdDifferences, findDifferences, type Fields, comparable } from "./fields";
import type { EntityType, EntityRow, Lookups } from "./entity-type";
import { millisSql, secondsSql } from "./plain-entity-type";

const columns = `c.id, c.issuer_id as authority, encode(c.serial, 'hex') as "serial number", c.profile_id as profile, c.profile_version::text as "profile's version",
  c.identity_id as identity, c.subject_text as subject, array_to_string(c.sans, ', ') as "subject alternative name", ${secondsSql("c.not_before")} as "start date (seconds)", ${secondsSql("c.not_after")} as "expiration (seconds)",
  encode(c.spki_sha256, 'hex') as key, encode(c.tbs_der, 'hex') as tbs, encode(c.der, 'hex') as der, c.common_name as "common name", c.key_algorithm as "key algorithm",
  c.requested_by as requester, ${millisSql("c.created_at")} as created, ${millisSql("c.issued_at")} as "issued at", c.plan_entry_id as "plan's entry", c.server_key::text as "key made by Chancery", c.predecessor_id as predecessor, c.state as status,
  encode(c.fingerprint_sha256, 'hex') as fingerprint, ${millisSql("c.revoked_at")} as "revoked at", c.revocation_reason as reason,
  c.revocation_comment as comment, ${millisSql("c.invalidity_date")} as "invalid since", ${millisSql("c.supersede_at")} as "supersede at",
  ${millisSql("c.rotate_by")} as "rotate by", ${millisSql("c.rotation_requested_at")} as "rotation requested", c.rotation_requested_by as "rotation requester", c.rotation_comment as "rotation comment", k.identity_id as "owner of key",
  case when k.identity_id is distinct from c.identity_id then (select string_agg(distinct o.identity_id, ' and ') from certificate o where o.spki_sha256 = c.spki_sha256) end as "identities of key",
  case when not k.blocked then 'free' when exists (select from certificate o where o.spki_sha256 = c.spki_sha256 and o.revocation_reason = 'keyCompromise') then 'blocked' else 'blocked without a report' end as blocked`;

const timeText = (at: number | null): string | null => (at === null ? null : String(at));
const firstHalf = (hex: string | null | undefined): string | null => hex?.slice(0, 32) ?? null;
const isSame = (one: Buffer | null, other: Buffer | null): boolean =>
  one === null ? other === null : other !== null && one.equals(other);

function lifecycleDifferences(row: EntityRow, expected: CertificateState): string[] {
  const { lastSeq, revokedAt, reason, invalidityDate, supersedeAt } = expected;
  const since = lastSeq === null ? "" : ` (entry ${lastSeq})`;
  const problems = findDifferences(
    {
      status: row["status"],
      "revocation date (UTC)": row["revoked at"],
      "revocation reason": row["reason"],
      "invalidity date (UTC)": row["invalid since"],
      fingerprint: firstHalf(row["fingerprint"]),
      content: firstHalf(row["content"]),
      "issuing date (near)": row["issued at"],
    },
    {
      status: expected.state,
      "revocation date (UTC)": timeText(revokedAt),
      "revocation reason": reason,
      "invalidity date (UTC)": invalidityDate === undefined ? undefined : timeText(invalidityDate),
      fingerprint: firstHalf(expected.fingerprint),
      content: firstHalf(expected.fingerprint),
      "issuing date (near)": timeText(expected.issuedAt),
    },
  );
  if (!isSame(shortDigest(comparable(row["comment"])), expected.comment))
    problems.push("its revocation comment differs from the log");
  if (!isSame(shortDigest(row["predecessor"] ?? null), expected.predecessor))
    problems.push(`its predecessor (${row["predecessor"] ?? "none"}) differs from the log`);
  // The rotation of a certificate that has expired or was revoked sets no date.
  if (row["supersede at"] !== null && row["supersede at"] !== timeText(supersedeAt))
    problems.push("the date from which it is superseded differs from the log");
  if (!isSame(rotationOf(row), expected.rotation))
    problems.push("the request for its rotation differs from the log");
  return problems.map((text) => text + (text.endsWith(" according to the log") ? since : ""));
}

const rotationOf = (row: EntityRow): Buffer | null =>
  rotationDigest([
    row["rotate by"] ?? null,
    row["rotation requested"] ?? null,
    comparable(row["rotation requester"]),
    comparable(row["rotation comment"]),
  ]);

/**
 * What is wrong with the key's row. A key belongs to one identity for ever: that of each certificate
 * with the key, which its plan states. So the table of keys needs no replay, and whatever was issued
 * while a key had another owner is named.
 */
function keyDifferences(row: EntityRow, expected: CertificateState): string[] {
  const { identity, "owner of key": owner, "identities of key": identities } = row;
  const problems: string[] = [];
  if (owner === null) problems.push("its key is not in the table of keys");
  else if (owner !== identity)
    problems.push(`its key belongs to the identity ${owner} in the table, not to ${identity}`);
  if (owner !== identity && identities?.includes(" and "))
    problems.push(`its key was certified for two identities, ${identities}`);
  if (expected.reason === "keyCompromise" && row["blocked"] === "free")
    problems.push("its key was reported as compromised but is not blocked");
  if (row["blocked"] === "blocked without a report")
    problems.push("its key is blocked, but no certificate's key was reported as compromised");
  return problems;
}

/** The row with digests of its bytes, which the database is not asked to compute. */
function withDigests(row: EntityRow): EntityRow {
  const digestOf = (hex: string | null | undefined): string | null =>
    typeof hex === "string" ? sha256Hex(Buffer.from(hex, "hex")) : null;
  return {
    ...row,
    "planned content": digestOf(row["tbs"]),
    content: digestOf(row["der"]),
    requester: comparable(row["requester"]),
  };
}

async function differences(
  stored: EntityRow,
  expected: CertificateState,
  lookups: Lookups,
): Promise<string[]> {
  const row = withDigests(stored);
  const fields: Fields = {
    ...row,
    subject: comparable(row["subject"]),
    "subject alternative name": comparable(row["subject alternative name"]),
  };
  const problems = [
    ...lifecycleDifferences(row, expected),
    ...keyDifferences(row, expected),
    ...createdDifferences(row.id, row["created"]),
    ...byteDifferences(row, await lookups.issuerKeyOf(row["authority"] ?? "")),
  ];
  if (planDigest(fields).equals(expected.plan)) return problems;
  const record = expected.planSeq === null ? null : await lookups.recordOf(expected.planSeq);
  const planned = record === null ? [] : findDifferences(fields, plannedFields(record));
  return [...(planned.length > 0 ? planned : ["it differs from its plan in the log"]), ...problems];
}

/** Certificates, with their whole lifecycle: planned, issued, held, released, rotated, revoked. */
export function makeCertificateEntityType(): EntityType<CertificateState> {
  return {
    name: "certificate",
    prefixes: ["certificate"],
    idOf: ({ target }) => target?.id,
    targetOf: (id) => id,
    mayBeMissing: () => false,
    key: "c.id",
    from: "certificate c left join public_key k on k.spki_sha256 = c.spki_sha256",
    columns,
    next: nextState,
    store: makeCertificateStore(),
    differences,
    describe: (row) => `The certificate ${row.id} (serial ${row["serial number"] ?? "?"})`,
  };
}
