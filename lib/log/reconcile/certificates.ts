import { makeCertificateStore } from "./certificate-store";
import {
  type CertificateState,
  nextState,
  planDigest,
  planOf,
  shortDigest,
} from "./certificate-state";
import { differencesOf, type Fields, fit } from "./fields";
import type { Noun, Row } from "./noun";

const seconds = (column: string): string => `floor(extract(epoch from ${column}))::bigint::text`;
const millis = (column: string): string => `(extract(epoch from ${column}) * 1000)::bigint::text`;

const columns = `c.id, c.issuer_id as authority, encode(c.serial, 'hex') as "serial number", c.profile_id as profile, c.profile_version::text as "profile's version",
  c.identity_id as identity, c.subject_text as subject, array_to_string(c.sans, ', ') as names, ${seconds("c.not_before")} as "beginning (seconds)", ${seconds("c.not_after")} as "end (seconds)",
  encode(c.spki_sha256, 'hex') as key, encode(sha256(c.tbs_der), 'hex') as "planned content", c.plan_entry_id as "plan's entry", c.predecessor_id as predecessor, c.state as status,
  encode(c.fingerprint_sha256, 'hex') as fingerprint, encode(sha256(c.der), 'hex') as content, ${millis("c.revoked_at")} as "revoked at", c.revocation_reason as reason,
  c.revocation_comment as comment, ${millis("c.invalidity_date")} as "invalid since", ${millis("c.supersede_at")} as "supersede at", case when k.blocked then 'blocked' else 'free' end as blocked`;

const timeText = (at: number | null): string | null => (at === null ? null : String(at));
const half = (hex: string | null | undefined): string | null => hex?.slice(0, 32) ?? null;
const same = (one: Buffer | null, other: Buffer | null): boolean =>
  one === null ? other === null : other !== null && one.equals(other);

function lifeOf(row: Row, expected: CertificateState): string[] {
  const { lastSeq, revokedAt, reason, invalidityDate, supersedeAt } = expected;
  const since = lastSeq === null ? "" : ` (entry ${lastSeq})`;
  const words = differencesOf(
    {
      status: row["status"],
      "revocation date (UTC)": row["revoked at"],
      "revocation reason": row["reason"],
      "invalidity date (UTC)": row["invalid since"],
      fingerprint: half(row["fingerprint"]),
      content: half(row["content"]),
    },
    {
      status: expected.state,
      "revocation date (UTC)": timeText(revokedAt),
      "revocation reason": reason,
      "invalidity date (UTC)": invalidityDate === undefined ? undefined : timeText(invalidityDate),
      fingerprint: half(expected.fingerprint),
      content: half(expected.fingerprint),
    },
  );
  if (!same(shortDigest(fit(row["comment"])), expected.comment))
    words.push("its revocation's comment is another than in the log");
  if (!same(shortDigest(row["predecessor"] ?? null), expected.predecessor))
    words.push(`its predecessor (${row["predecessor"] ?? "none"}) is another than in the log`);
  // A rotation of what has ended already sets no date.
  if (row["supersede at"] !== null && row["supersede at"] !== timeText(supersedeAt))
    words.push("the date from which it is superseded is another than in the log");
  if (expected.reason === "keyCompromise" && row["blocked"] !== "blocked")
    words.push("its key was reported as compromised and is not blocked");
  return words.map((said) => said + (said.endsWith(" by the log") ? since : ""));
}

async function differences(
  row: Row,
  expected: CertificateState,
  recordOf: Parameters<Noun<CertificateState>["differences"]>[2],
): Promise<string[]> {
  const facts: Fields = { ...row, subject: fit(row["subject"]), names: fit(row["names"]) };
  const words = lifeOf(row, expected);
  if (planDigest(facts).equals(expected.plan)) return words;
  const record = expected.planSeq === null ? null : await recordOf(expected.planSeq);
  const planned = record === null ? [] : differencesOf(facts, planOf(record));
  return [...(planned.length > 0 ? planned : ["it is not what its entry planned"]), ...words];
}

/** Certificates: what was planned, signed, held, revoked, released and rotated. */
export function makeCertificates(): Noun<CertificateState> {
  return {
    name: "certificate",
    key: "c.id",
    from: "certificate c left join public_key k on k.spki_sha256 = c.spki_sha256",
    columns,
    next: nextState,
    store: makeCertificateStore(),
    differences,
    call: (row) => `The certificate ${row.id} (serial ${row["serial number"] ?? "?"})`,
  };
}
