import { type Database, hotPool } from "@/lib/db/database";
import { minuteMs } from "@/lib/format/time-units";
import type { NameKey } from "@/lib/pki/held-names/name-key";

/** The names of a certificate that is about to be signed. */
export type NameClaim = Readonly<{
  certificateId: string;
  identityId: string;
  notAfter: Date;
  names: readonly NameKey[];
  /** Whether a name of another identity's certificate is in the way. */
  isChecked: boolean;
}>;

/** A certificate of another identity that may be valid and carries a name. */
export type LiveName = Readonly<{
  key: string;
  identityId: string;
  certificateId: string;
  /** When its names were remembered. */
  since: Date;
}>;

/**
 * Remembers the names of certificates before they are signed, and returns, by certificate, what is
 * in its way; the names of such a certificate are not remembered.
 */
export type RememberNames = (
  claims: readonly NameClaim[],
  now: Date,
) => Promise<ReadonlyMap<string, readonly LiveName[]>>;

const rememberSql = {
  name: "signer_remember_names",
  text: `select item, key, identity_id as "identityId", certificate_id as "certificateId", since
    from signer.remember_names($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
} as const;
/** Longer than what was remembered can stay unwritten, and than a start takes. */
const unwrittenMs = 10 * minuteMs;
const cleanEveryMs = 60 * minuteMs;

/** The signer's memory of names, in its own schema. */
export function makeLiveNames({ pool }: Pick<Database, "pool">): RememberNames {
  let filled = false;
  let cleanedAt = 0;
  const prepare = async (now: Date): Promise<void> => {
    if (!filled)
      await pool.query("select signer.fill_live_names($1, $2)", [
        new Date(now.getTime() - unwrittenMs),
        now,
      ]);
    filled = true;
    if (now.getTime() - cleanedAt < cleanEveryMs) return;
    cleanedAt = now.getTime();
    await pool.query("delete from signer.live_name where not_after < $1", [
      new Date(now.getTime() - cleanEveryMs),
    ]);
  };
  return async (claims, now) => {
    const inTheWay = new Map<string, readonly LiveName[]>();
    if (claims.length === 0) return inTheWay;
    try {
      await prepare(now);
      for (const round of splitRounds(claims)) {
        const { rows } = await hotPool({ pool }).query<LiveName & { item: number }>({
          ...rememberSql,
          values: valuesOf(round, now),
        });
        for (const [item, found] of Map.groupBy(rows, (row) => row.item))
          inTheWay.set(round[item - 1]?.certificateId ?? "", found);
      }
    } catch (error) {
      // A database that stopped may have lost what it hadn't written yet.
      filled = false;
      throw error;
    }
    return inTheWay;
  };
}

function valuesOf(claims: readonly NameClaim[], now: Date): unknown[] {
  const names = claims.flatMap((claim, at) => claim.names.map((name) => ({ ...name, at: at + 1 })));
  const probes = names.flatMap(({ at, probes: list }) => list.map((key) => ({ at, key })));
  const ranges = names.flatMap(({ at, range }) => (range ? [{ at, ...range }] : []));
  return [
    claims.map(({ certificateId }) => certificateId),
    claims.map(({ identityId }) => identityId),
    claims.map(({ notAfter }) => notAfter.toISOString()),
    claims.map(({ isChecked }) => isChecked),
    names.map(({ at }) => at),
    names.map(({ key }) => key),
    probes.map(({ at }) => at),
    probes.map(({ key }) => key),
    ranges.map(({ at }) => at),
    ranges.map(({ lower }) => lower),
    ranges.map(({ upper }) => upper),
    now.toISOString(),
  ];
}

/**
 * Certificates of different identities whose names are in each other's way go one after the other:
 * one statement doesn't see what it inserts itself.
 */
function splitRounds(claims: readonly NameClaim[]): NameClaim[][] {
  const rounds: { claims: NameClaim[]; owners: Map<string, string>; ranges: Owned[] }[] = [];
  for (const claim of claims) {
    const round = rounds.find((one) => !isInTheWay(claim, one)) ?? {
      claims: [],
      owners: new Map<string, string>(),
      ranges: [],
    };
    if (round.claims.length === 0) rounds.push(round);
    round.claims.push(claim);
    for (const { key, range } of claim.names) {
      round.owners.set(key, claim.identityId);
      if (range) round.ranges.push({ ...range, identityId: claim.identityId });
    }
  }
  return rounds.map((round) => round.claims);
}

type Owned = Readonly<{ lower: string; upper: string; identityId: string }>;

function isInTheWay(
  { identityId, names }: NameClaim,
  { owners, ranges }: Readonly<{ owners: ReadonlyMap<string, string>; ranges: readonly Owned[] }>,
): boolean {
  const isOthers = (key: string): boolean => (owners.get(key) ?? identityId) !== identityId;
  return names.some(
    ({ key, probes, range }) =>
      probes.some(isOthers) ||
      isOthers(key) ||
      (range !== null &&
        [...owners.keys()].some((other) => isOthers(other) && isWithin(other, range))) ||
      ranges.some((other) => other.identityId !== identityId && isWithin(key, other)),
  );
}

/** Keys are ASCII wherever ranges are, so code units are in the order of the database's bytes. */
const isWithin = (key: string, { lower, upper }: Pick<Owned, "lower" | "upper">): boolean =>
  key >= lower && key < upper;
