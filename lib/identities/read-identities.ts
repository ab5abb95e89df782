import type { Actor } from "@/lib/access/actor";
import { assertOwns, authorize } from "@/lib/access/permissions";
import { AppError } from "@/lib/errors/app-error";
import { keysetPage } from "@/lib/format/keyset-page";
import type { Deps } from "@/lib/runtime/deps";
import { heldNameDto, identityDto } from "./identity-dto";
import {
  countCertificatesOf,
  countIdentityRows,
  findIdentitiesById,
  findIdentityByIdOrName,
  findIdentityByName,
  findIdentityRow,
  listIdentityRows,
  type IdentityRow,
  type IdentityWithPowers,
} from "./identity-repository";
import { listPowersOf } from "./power-repository";
import { readNameText } from "@/lib/pki/held-names/held-name";
import {
  findNameBinding,
  listNamesOf,
  listNamesOfMany,
  listOverlapping,
  queryOn,
} from "./name-repository";
import { listUncovered } from "./release-names";
import type { Carrier, NameOfIdentity } from "./types";
import {
  identityQuery,
  type IdentityDto,
  type IdentityList,
  type IdentityQueryInput,
} from "./schema";

export type Identity = IdentityWithPowers;

/** The identities that Chancery's own short-lived certificates are bound to, by purpose. */
export const internalIdentityNames = {
  "ocsp-responder": "Chancery OCSP responder",
  "console-tls": "Chancery HTTPS",
} as const;
export type InternalPurpose = keyof typeof internalIdentityNames;

/** An identity by id, for other use cases, which authorize by themselves. */
export async function findIdentity(deps: Pick<Deps, "db">, id: string): Promise<Identity | null> {
  return findIdentityRow(deps.db, id);
}

/** One of Chancery's own identities, by its name. */
export async function findSystemIdentity(
  deps: Pick<Deps, "db">,
  name: string,
): Promise<IdentityRow | null> {
  return findIdentityByName(deps.db, "system", name);
}

/** A person, service or device by id or by its exact name; null if there is none, or several. */
export async function findIdentityByRef(
  deps: Pick<Deps, "db">,
  ref: string,
): Promise<IdentityRow | null> {
  return findIdentityByIdOrName(deps.db, ref);
}

/** Errors: `identity.not-found`. */
export async function getIdentity(
  deps: Pick<Deps, "db" | "clock">,
  actor: Actor,
  id: string,
): Promise<IdentityDto> {
  assertOwns(actor, authorize(actor, "identities.read"), id, "identity");
  const row = await findIdentityRow(deps.db, id);
  if (!row) throw identityNotFound();
  const [counts, names] = await Promise.all([
    countCertificatesOf(deps.db, [id], deps.clock.now()),
    listNamesOf(queryOn(deps.db), id),
  ]);
  return identityDto(row, row.powers, counts.get(id), names);
}

/** The rows that overlap a name given as text (`dns:x.example` or bare), by identity. */
async function findHolders(
  deps: Pick<Deps, "db">,
  text: string,
): Promise<Map<string, NameOfIdentity[]>> {
  const rows = await listOverlapping(queryOn(deps.db), [readNameText(text)]);
  return Map.groupBy(rows, ({ identityId }) => identityId);
}

/**
 * One page of identities, newest first. Errors: `name.invalid` or `name.not-canonical` for what
 * can't be a name in `holds`.
 */
export async function listIdentities(
  deps: Pick<Deps, "db" | "clock">,
  actor: Actor,
  input: IdentityQueryInput = {},
): Promise<IdentityList> {
  authorize(actor, "identities.read");
  const query = identityQuery.parse(input);
  const matches = query.holds === undefined ? null : await findHolders(deps, query.holds);
  const among = matches && [...matches.keys()];
  const read = await listIdentityRows(deps.db, query, query.limit + 1, among);
  const { rows: page, ...cursors } = keysetPage(read, { ...query, cursorOf: ({ id }) => id });
  const ids = page.map((row) => row.id);
  const [counts, powers, names] = await Promise.all([
    countCertificatesOf(deps.db, ids, deps.clock.now()),
    listPowersOf(deps.db, ids),
    listNamesOfMany(deps.db, ids),
  ]);
  return {
    items: page.map((row) => ({
      ...identityDto(row, powers.get(row.id) ?? [], counts.get(row.id), names.get(row.id)),
      ...(matches ? { matched: (matches.get(row.id) ?? []).map(heldNameDto) } : {}),
    })),
    ...cursors,
  };
}

export function identityNotFound(): AppError {
  return new AppError("identity.not-found", "Identity not found.");
}

/**
 * Whether names are enforced: `observed` only after an upgrade, until an administrator enforces
 * them.
 */
export async function findBinding(
  deps: Pick<Deps, "db">,
): Promise<Readonly<{ binding: "observed" | "enforced" }>> {
  return { binding: await findNameBinding(deps.db) };
}

/**
 * Certificates that lose a name if the identity releases these rows, by id; for other use cases.
 */
export async function findUncovered(
  deps: Pick<Deps, "db" | "clock">,
  identityId: string,
  nameIds: readonly string[],
): Promise<Carrier[]> {
  const query = queryOn(deps.db);
  const rows = (await listNamesOf(query, identityId)).filter(({ id }) => nameIds.includes(id));
  return listUncovered(query, identityId, rows, deps.clock.now());
}

type Filter = Omit<IdentityQueryInput, "cursor" | "limit">;
export type MatchedIdentity = Omit<Identity, "names">;

/**
 * All identities that a list's filters match, newest first, at most `limit`; for other use cases,
 * which authorize by themselves. Errors: `name.invalid`, `name.not-canonical`.
 */
export async function listMatchingIdentities(
  deps: Pick<Deps, "db">,
  filter: Filter,
  limit: number,
): Promise<readonly MatchedIdentity[]> {
  const { query, among } = await readFilter(deps, filter);
  return withPowers(deps, await listIdentityRows(deps.db, query, limit, among));
}

/** How many there are, counted as far as `limit`. */
export async function countMatchingIdentities(
  deps: Pick<Deps, "db">,
  filter: Filter,
  limit: number,
): Promise<number> {
  const { query, among } = await readFilter(deps, filter);
  return countIdentityRows(deps.db, query, limit, among);
}

/** The identities with these ids; for other use cases, which authorize by themselves. */
export async function findIdentitiesOf(
  deps: Pick<Deps, "db">,
  ids: readonly string[],
): Promise<readonly MatchedIdentity[]> {
  return withPowers(deps, await findIdentitiesById(deps.db, ids));
}

async function readFilter(deps: Pick<Deps, "db">, filter: Filter) {
  const query = identityQuery.parse(filter);
  const among =
    query.holds === undefined ? null : [...(await findHolders(deps, query.holds)).keys()];
  return { query, among };
}

async function withPowers(
  { db }: Pick<Deps, "db">,
  rows: readonly IdentityRow[],
): Promise<readonly MatchedIdentity[]> {
  const powers = await listPowersOf(
    db,
    rows.map(({ id }) => id),
  );
  return rows.map((row) => ({ ...row, powers: powers.get(row.id) ?? [] }));
}
