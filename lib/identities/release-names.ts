import { newId } from "@/lib/format/ids";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";
import type { NewEntry } from "@/lib/log/types";
import { asHeldName } from "@/lib/pki/held-names/held-name";
import { describeRow } from "./add-names";
import { raiseEpoch } from "./identity-repository";
import { rowCovers, type CarriedName } from "@/lib/pki/held-names/carried-name";
import { isRowOf, namesBlocked } from "./name-carriers";
import {
  endSharesOfOne,
  insertNames,
  listCarriers,
  listNamesOf,
  queryIn,
  type NameQuery,
  setNameState,
  type EndedShares,
} from "./name-repository";
import type { Carrier, NameRow } from "./types";

export type NameRelease = Readonly<{
  identityId: string;
  rows: readonly NameRow[];
  /**
   * `reserve`: names that certificates still carry stay reserved for the identity until those end.
   * `free`: another identity may have them at once.
   */
  onRelease: "reserve" | "free";
  now: Date;
  randomBytes: (n: number) => Uint8Array;
}>;

export type ReleasedNames = Readonly<{
  /** Certificates with a name that the identity no longer holds. */
  uncovered: readonly Carrier[];
  /** As entries have them: `DNS:pay.example.com until 2027-01-01`. */
  reserved: readonly string[];
  /** Shares that the rows were in. */
  shares: readonly string[];
  /** An entry for each identity whose names are its own again, because a share ended. */
  unshared: readonly NewEntry[];
}>;

type Lost = (name: CarriedName) => boolean;

/** Whether the identity has a name only by these rows. */
function lostBy(rows: readonly NameRow[], all: readonly NameRow[]): Lost {
  const remaining = all.filter(
    (row) => row.state === "held" && !rows.some(({ id }) => id === row.id),
  );
  return (name) =>
    rows.some((row) => rowCovers(row, name)) && !remaining.some((row) => rowCovers(row, name));
}

/** Certificates that may still be used and have a name only by these rows of the identity. */
export async function listUncovered(
  query: NameQuery,
  identityId: string,
  rows: readonly NameRow[],
  now: Date,
): Promise<Carrier[]> {
  const isLost = lostBy(rows, await listNamesOf(query, identityId));
  const carriers = await listCarriers(query, identityId, now);
  return carriers.filter((carrier) => namesBlocked(carrier).some(isLost));
}

/**
 * Releases rows of an identity whose row the transaction has locked. Throws `NamesChangedMeanwhile`
 * if another identity took a reserved one of them at the same moment.
 */
export async function releaseNames(tx: AuditedTx, release: NameRelease): Promise<ReleasedNames> {
  const { identityId, rows, onRelease, now } = release;
  const query = queryIn(tx);
  const all = await listNamesOf(query, identityId);
  const isLost = lostBy(rows, all);
  const carriers = await listCarriers(query, identityId, now);
  const uncovered = carriers.filter((carrier) => namesBlocked(carrier).some(isLost));
  const reservations =
    onRelease === "reserve" ? reservationsOf(release, { all, uncovered, isLost }) : [];
  const isStored = (row: NameRow): boolean => all.some(({ id }) => id === row.id);
  const ended = rows.filter(({ id }) => !reservations.some((row) => row.id === id));
  await setNameState(
    tx,
    ended.map(({ id }) => id),
    "released",
    now,
  );
  for (const { id, reservedUntil } of reservations.filter(isStored))
    await setNameState(tx, [id], "reserved", now, { reservedUntil });
  await insertNames(
    tx,
    reservations.filter((row) => !isStored(row)),
  );
  const shares = shareIdsOf(rows);
  const endedShares = await endSharesOfOne(tx, shares, now);
  if (rows.length > 0) await raiseEpoch(tx, identityId);
  return {
    uncovered,
    reserved: reservations.map(describeReservation),
    shares,
    unshared: unsharedEntries(endedShares, identityId),
  };
}

const shareIdsOf = (rows: readonly NameRow[]): string[] => [
  ...new Set(rows.flatMap(({ shareId }) => (shareId === null ? [] : [shareId]))),
];

const describeReservation = (row: NameRow): string =>
  `${describeRow(row)} until ${row.reservedUntil?.toISOString().slice(0, 10) ?? ""}`;

/** The identity that is left in a share didn't act, but what it holds is its own again. */
function unsharedEntries({ rows }: EndedShares, releasedBy: string): NewEntry[] {
  const others = rows.filter(({ identityId }) => identityId !== releasedBy);
  return [...Map.groupBy(others, ({ shareId, identityId }) => `${shareId} ${identityId}`)].map(
    ([, own]) => {
      const [{ identityId, identityName, shareId }] = own as [(typeof own)[number]];
      return {
        action: "identity.names-decided",
        outcome: "success",
        target: { kind: "identity", id: identityId, label: identityName },
        details: {
          names: own.map(describeRow),
          share: shareId ?? "",
          keep: [identityId],
          comment: "",
        },
      };
    },
  );
}

/**
 * One reservation for each literal name that a certificate still carries under a released row: the
 * row itself, one that is reserved already, or a new one. For the CA of a client that is the row of
 * its whole trust domain.
 */
function reservationsOf(
  { identityId, rows, now, randomBytes }: NameRelease,
  {
    all,
    uncovered,
    isLost,
  }: Readonly<{ all: readonly NameRow[]; uncovered: readonly Carrier[]; isLost: Lost }>,
): NameRow[] {
  const reserved = new Map<string, NameRow>();
  for (const carrier of uncovered) {
    for (const name of namesBlocked(carrier).filter(isLost)) {
      const key = `${name.type}:${name.value}`;
      const existing = reserved.get(key) ?? all.find((row) => isRowOf(row, name));
      const base = existing ?? {
        ...rows.find((row) => rowCovers(row, name))!,
        id: newId("nam", now, randomBytes),
        identityId,
        ...asHeldName(name),
        createdAt: now,
      };
      const until = base.reservedUntil ?? carrier.notAfter;
      reserved.set(key, {
        ...base,
        state: "reserved",
        reservedUntil: until > carrier.notAfter ? until : carrier.notAfter,
        changedAt: now,
      });
    }
  }
  return [...reserved.values()];
}
