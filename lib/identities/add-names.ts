import { AppError } from "@/lib/errors/app-error";
import { newId } from "@/lib/format/ids";
import { sqlState, type AuditedTx } from "@/lib/log/record/audited-transaction";
import type { NewEntry } from "@/lib/log/types";
import { coversHeldName } from "@/lib/pki/held-names/covers";
import { describeHeldName, type HeldName } from "@/lib/pki/held-names/held-name";
import { overlaps, spanOf } from "@/lib/pki/held-names/span";
import { findConflicts } from "./find-conflicts";
import { lockIdentity, raiseEpoch } from "./identity-repository";
import { makeNameRow } from "./make-name-row";
import { carriersOf } from "./name-carriers";
import { assertNoNamePower } from "./name-power";
import {
  insertNames,
  listCarriers,
  listNamesOf,
  lockNames,
  maxNames,
  maxNamesAtOnce,
  NamesChangedMeanwhile,
  queryIn,
  raiseNamesEpoch,
  setNameState,
} from "./name-repository";
import { shareOf } from "./own-names";
import type { NameOfIdentity, NameOrigin, NameRow } from "./types";

export type NameAddition = Readonly<{
  identity: Readonly<{ id: string; name: string }>;
  names: readonly HeldName[];
  /** The field of the request that the names are in, for the places of findings. */
  path?: string;
  origin: NameOrigin;
  now: Date;
  randomBytes: (n: number) => Uint8Array;
}>;

/**
 * What was added, and an entry for each reserved name of another identity that no certificate
 * carries any more.
 */
export type AddedNames = Readonly<{ added: readonly NameRow[]; freed: readonly NewEntry[] }>;

/**
 * `name.held-by-another`, naming holder and overlapping name: for staff only. Each finding has the
 * place of the requested name that it is about.
 */
export function heldByAnother(
  rows: readonly NameOfIdentity[],
  requested: readonly HeldName[],
  {
    path = "names",
    message = conflictMessage,
  }: Readonly<{ path?: string | undefined; message?: typeof conflictMessage }> = {},
): AppError {
  const ordered = rows
    .map((row) => ({ row, at: indexOfConflict(row, requested) }))
    .toSorted((one, other) => one.at - other.at);
  const findings = ordered.map(({ row, at }) => {
    return {
      code: "name.held-by-another",
      message: message(row, requested[at]),
      path: at < 0 ? path : `${path}.${at}`,
    };
  });
  const more = findings.length - 1;
  const rest =
    more > 0
      ? ` ${more === 1 ? "One more name conflicts" : `${more} more names conflict`}; see \`holders\`.`
      : "";
  return new AppError("name.held-by-another", `${findings[0]?.message ?? ""}${rest}`, {
    findings,
    details: {
      holders: rows.map((row) => ({
        identityId: row.identityId,
        identity: row.identityName,
        name: describeRow(row),
        state: row.state,
      })),
    },
  });
}

/** The requested name that the row is in the way of. */
function indexOfConflict(row: NameOfIdentity, requested: readonly HeldName[]): number {
  if (row.type === "legacy") return -1;
  const span = spanOf(row as HeldName);
  return requested.findIndex((name) => overlaps(span, spanOf(name)));
}

export const describeRow = (row: Pick<NameRow, "type" | "form" | "value">): string =>
  row.type === "legacy" ? row.value : describeHeldName(row as HeldName);

/** `DNS:*.example.com, which overlaps DNS:a.example.com,`, or the name alone if they are the same. */
function describeConflict(row: NameOfIdentity, requested: HeldName | undefined): string {
  const name = describeRow(row);
  const wanted = requested === undefined ? name : describeHeldName(requested);
  return wanted === name ? name : `${name}, which overlaps ${wanted},`;
}

/** Why the row keeps another identity from the requested name, and what to do. */
export function conflictMessage(row: NameOfIdentity, requested?: HeldName): string {
  const holder = row.identityKind === "system" ? "Chancery" : row.identityName;
  const name = describeConflict(row, requested);
  if (row.state === "reserved")
    return `${name} is reserved for ${holder} until ${row.reservedUntil?.toISOString().slice(0, 10) ?? ""}, because a certificate still carries it. Revoke that certificate, or have an administrator free the name.`;
  return row.identityKind === "system"
    ? `${name} belongs to Chancery itself. Choose another name.`
    : `${name} belongs to ${holder}. Use that identity, or have an administrator share or transfer the name.`;
}

/**
 * Adds names to an identity whose row the transaction has locked; names that its own rows cover
 * need none. A name that was reserved for another identity is freed once no certificate carries it.
 * Errors: `name.held-by-another`, `name.confers-power`, `name.too-many`. A concurrent addition that
 * wins violates `name_has_one_holder`: see `retryNameConflicts`.
 */
export async function addNames(tx: AuditedTx, addition: NameAddition): Promise<AddedNames> {
  const { identity, now } = addition;
  const query = queryIn(tx);
  const own = await listNamesOf(query, identity.id);
  const held = own.filter((row) => row.state === "held" && row.type !== "legacy");
  const missing = uniqueNames(addition.names).filter(
    (name) => !held.some((row) => coversHeldName(row as HeldName, name)),
  );
  assertRoom(missing.length, own.length);
  await lockNames(tx, missing);
  const { path = "names" } = addition;
  const pathOf = (name: HeldName): string => `${path}.${addition.names.indexOf(name)}`;
  await assertNoNamePower(tx, identity.id, missing, pathOf);
  const freed = await freeForOther(tx, missing, addition);
  const back = own.filter(
    (row) => row.state === "reserved" && missing.some((name) => isSame(row, name)),
  );
  await setNameState(
    tx,
    back.map(({ id }) => id),
    "held",
    now,
    { from: ["reserved"] },
  );
  const added = missing
    .filter((name) => !back.some((row) => isSame(row, name)))
    .map((name) =>
      makeNameRow(name, {
        id: newId("nam", now, addition.randomBytes),
        identityId: identity.id,
        origin: addition.origin,
        shareId: shareOf(name, own),
        now,
      }),
    );
  await insertNames(tx, added);
  if (back.length + added.length > 0) await raiseNamesEpoch(tx, identity.id);
  return { added: [...back, ...added], freed };
}

const isSame = (row: Pick<NameRow, "type" | "value">, name: HeldName): boolean =>
  row.type === name.type && row.value === name.value;

const uniqueNames = (names: readonly HeldName[]): HeldName[] =>
  names.filter((name, at) => names.findIndex((other) => isSame(other, name)) === at);

function assertRoom(more: number, existing: number): void {
  if (more <= maxNamesAtOnce && existing + more <= maxNames) return;
  throw new AppError(
    "name.too-many",
    `An identity holds at most ${maxNames.toLocaleString("en")} names, and at most ${maxNamesAtOnce} are added at once. Hold a pattern such as *.example.com instead, or split the request.`,
  );
}

/**
 * Frees names that are reserved for other identities and that no certificate carries any more, and
 * returns an entry for each. Errors: `name.held-by-another` for those that are in use.
 */
async function freeForOther(
  tx: AuditedTx,
  missing: readonly HeldName[],
  { identity, names, path, now }: NameAddition,
): Promise<NewEntry[]> {
  const { conflicts, unused } = await findConflicts(queryIn(tx), missing, identity.id, now);
  if (conflicts.length > 0) throw heldByAnother(conflicts, names, { path });
  return freeUnused(tx, unused, identity.id, now);
}

/**
 * Frees reserved names that were found unused. Their identities are locked first, as a certificate
 * with such a name may be planned at the same moment. Throws `NamesChangedMeanwhile` if one was.
 */
export async function freeUnused(
  tx: AuditedTx,
  unused: readonly NameOfIdentity[],
  takenBy: string,
  now: Date,
): Promise<NewEntry[]> {
  const query = queryIn(tx);
  for (const [identityId, rows] of Map.groupBy(
    unused.toSorted((one, other) => (one.identityId < other.identityId ? -1 : 1)),
    (row) => row.identityId,
  )) {
    await lockIdentity(tx, identityId);
    const carriers = await listCarriers(query, identityId, now);
    if (rows.some((row) => carriersOf(row, carriers).length > 0)) throw new NamesChangedMeanwhile();
    const ids = rows.map(({ id }) => id);
    await setNameState(tx, ids, "released", now, { from: ["reserved"] });
    await raiseEpoch(tx, identityId);
  }
  return unused.map((row) => freedEntry(row, takenBy));
}

const freedEntry = (row: NameOfIdentity, takenBy: string): NewEntry => ({
  action: "identity.name-freed",
  outcome: "success",
  target: { kind: "identity", id: row.identityId, label: row.identityName },
  details: { name: describeRow(row), takenBy },
});

const exclusionViolation = "23P01";
const deadlock = "40P01";
const maxAttempts = 6;

const isConflict = (error: unknown): boolean =>
  error instanceof NamesChangedMeanwhile ||
  [exclusionViolation, deadlock].includes(sqlState(error) ?? "");

/**
 * Runs a transaction that changes names, and runs it again where another that ran at the same
 * moment won: then its names are visible, and `addNames` reports whose they are. Errors:
 * `identity.changed-meanwhile` if others keep winning.
 */
export async function retryNameConflicts<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!isConflict(error)) throw error;
      if (attempt < maxAttempts) continue;
      throw new AppError(
        "identity.changed-meanwhile",
        "Others changed the same names while this request was processed. Try again.",
        { cause: error },
      );
    }
  }
}
