import type { CrlFixture } from "./crl-fixture";

/** Copies a certificate, as revoked, with serial numbers of their own: those from one number to another. */
export async function revokeMany(
  { harness, forceStamped }: Pick<CrlFixture, "harness" | "forceStamped">,
  certificateId: string,
  from: number,
  to: number,
): Promise<void> {
  const columns = await harness.asSuper(
    "select column_name as name from information_schema.columns where table_schema = 'public' and table_name = 'certificate' and is_generated = 'NEVER'",
  );
  const changed: Readonly<Record<string, string>> = {
    id: "'crt_many' || lpad(n::text, 18, '0')",
    serial: "'\\x40'::bytea || substr(sha256(int8send(n)), 1, 15)",
    fingerprint_sha256: "sha256(int8send(-n))",
    state: "'revoked'",
    revoked_at: "now() - n * interval '7 seconds'",
    revocation_reason: "'superseded'",
    predecessor_id: "null",
  };
  const names = columns.map(({ name }) => String(name));
  await forceStamped(
    `insert into certificate (${names.join(", ")}) select ${names.map((name) => changed[name] ?? `c.${name}`).join(", ")}
      from certificate c, generate_series($2::bigint, $3::bigint) as n where c.id = $1`,
    [certificateId, from, to],
  );
}
