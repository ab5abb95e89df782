import type { KeyClaim } from "@/lib/log/request-scope";
import type { PlannedRow } from "./plan-repository";

export type PlanItem = Readonly<{
  row: PlannedRow;
  /** Of the identity that the decision rests on: its names, status, networks and powers. */
  identityEpoch: number;
  entry: Uint8Array;
  /** The Idempotency-Key of the request; nothing is stored once its claim was taken over. */
  claim: KeyClaim | null;
}>;

// Parts of the statements that store plans, as many at a time as there are requests. Bytes are sent
// as one joined value, and rows point into it: serial number, key hash, TBS, CSR and entry one after
// another.
const bytesParameter = "$1::bytea";
const columnTypes = [
  ["o", "int"],
  ["sl", "int"],
  ["tl", "int"],
  ["cl", "int"],
  ["el", "int"],
  ["id", "text"],
  ["issuer_id", "text"],
  ["profile_id", "text"],
  ["profile_version", "int"],
  ["identity_id", "text"],
  ["subject_text", "text"],
  ["common_name", "text"],
  ["sans", "text"],
  ["key_algorithm", "text"],
  ["not_before", "timestamptz"],
  ["not_after", "timestamptz"],
  ["plan_entry_id", "text"],
  ["requested_by", "text"],
  ["predecessor_id", "text"],
  ["created_at", "timestamptz"],
  ["server_key", "bool"],
  ["epoch", "int"],
] as const;

/**
 * The plans as rows `x`, numbered by `n`, from the parameters that `planValues` makes. More columns
 * follow with their parameters and names, each after a comma.
 */
export const plansFrom = (moreTypes = "", moreColumns = ""): string =>
  `unnest(${columnTypes.map(([, type], at) => `$${at + 2}::${type}[]`).join(", ")}${moreTypes}) with ordinality
        as x (${columnTypes.map(([name]) => name).join(", ")}${moreColumns}, n)`;
/** The first parameter after those of `planValues`. */
export const nextParameter = columnTypes.length + 2;

export const keyHashSql = `substr(${bytesParameter}, x.o + x.sl, 32)`;
export const entrySql = `substr(${bytesParameter}, x.o + x.sl + 32 + x.tl + x.cl, x.el)`;

/** What a decision rests on, unchanged: the identity `i` with its epoch, the profile version, the CA. */
export const basisJoins = `join identity i on i.id = x.identity_id and i.status = 'active' and i.epoch = x.epoch
      join profile p on p.id = x.profile_id and p.version = x.profile_version and p.status = 'active'
      join authority a on a.id = x.issuer_id and a.status = 'active'`;

/**
 * The keys of the plans in `allowed`: `owned` has those that belong to an identity and aren't
 * blocked. They are inserted in sorted order, so that two batches with the same new keys lock them
 * in the same order. A key that a concurrent batch is inserting is not visible here; that request
 * is not stored, and its caller decides it again.
 */
export const ownedKeysSql = `taken as (
      insert into public_key (spki_sha256, identity_id, created_at)
        select distinct on (spki) spki, identity_id, created_at from allowed order by spki, n
        on conflict do nothing returning spki_sha256, identity_id
    ), owned as (
      select spki_sha256, identity_id from taken
      union all select spki_sha256, identity_id from public_key where spki_sha256 = any(array(select spki from allowed)) and not blocked
    )`;

/** Stores plans `x`, which have their key's hash as `spki`; `from` follows. */
export const insertCertificatesSql = `insert into certificate (id, issuer_id, serial, state, profile_id, profile_version, identity_id, subject_text, common_name, sans, key_algorithm, spki_sha256,
          not_before, not_after, tbs_der, plan_entry_id, csr_der, requested_by, predecessor_id, created_at, server_key)
        select x.id, x.issuer_id, substr(${bytesParameter}, x.o, x.sl), 'planned', x.profile_id, x.profile_version, x.identity_id, x.subject_text, x.common_name,
          string_to_array(x.sans, e'\\x1f'), x.key_algorithm, x.spki, x.not_before, x.not_after, substr(${bytesParameter}, x.o + x.sl + 32, x.tl), x.plan_entry_id,
          case when x.cl > 0 then substr(${bytesParameter}, x.o + x.sl + 32 + x.tl, x.cl) end, x.requested_by, x.predecessor_id, x.created_at, x.server_key`;

export const iso = (at: Date): string => at.toISOString();

/** All byte strings concatenated, and the offset of each group (from 1, as PostgreSQL counts). */
export function joinBytes(
  groups: readonly (readonly Uint8Array[])[],
): Readonly<{ bytes: Buffer; offsets: readonly number[] }> {
  const offsets: number[] = [];
  let next = 1;
  for (const group of groups) {
    offsets.push(next);
    for (const bytes of group) next += bytes.length;
  }
  return { bytes: Buffer.concat(groups.flat()), offsets };
}

export function planValues(items: readonly Omit<PlanItem, "claim">[]): unknown[] {
  const rows = items.map((item) => item.row);
  const { bytes, offsets } = joinBytes(
    items.map(({ row, entry }) => [
      row.serial,
      row.spkiSha256,
      row.tbsDer,
      ...(row.csrDer ? [row.csrDer] : []),
      entry,
    ]),
  );
  return [
    bytes,
    offsets,
    rows.map((row) => row.serial.length),
    rows.map((row) => row.tbsDer.length),
    rows.map((row) => row.csrDer?.length ?? 0),
    items.map((item) => item.entry.length),
    rows.map((row) => row.id),
    rows.map((row) => row.issuerId),
    rows.map((row) => row.profileId),
    rows.map((row) => row.profileVersion),
    rows.map((row) => row.identityId),
    rows.map((row) => row.subjectText),
    rows.map((row) => row.commonName),
    rows.map((row) => row.sans.join("\u001f")),
    rows.map((row) => row.keyAlgorithm),
    rows.map((row) => iso(row.notBefore)),
    rows.map((row) => iso(row.notAfter)),
    rows.map((row) => row.planEntryId),
    rows.map((row) => row.requestedBy),
    rows.map((row) => row.predecessorId),
    rows.map((row) => iso(row.createdAt)),
    rows.map((row) => row.serverKey),
    items.map((item) => item.identityEpoch),
  ];
}
