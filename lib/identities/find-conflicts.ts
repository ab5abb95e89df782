import type { CertificateName, HeldName } from "@/lib/pki/held-names/held-name";
import { coversHeldName } from "@/lib/pki/held-names/covers";
import type { Deps } from "@/lib/runtime/deps";
import { rowCovers } from "@/lib/pki/held-names/carried-name";
import { carriersOf } from "./name-carriers";
import { listCarriers, listOverlapping, queryOn, type NameQuery } from "./name-repository";
import type { NameOfIdentity } from "./types";

/** Rows of other identities that overlap names: in the way, or reserved for nothing any more. */
export type Conflicts = Readonly<{
  conflicts: readonly NameOfIdentity[];
  /**
   * Reserved, but no certificate carries them any more: the next request for the name frees them.
   */
  unused: readonly NameOfIdentity[];
}>;

/** What is in the way of an identity that wants these names, read by `query`. */
export async function findConflicts(
  query: NameQuery,
  names: readonly HeldName[],
  identityId: string,
  now: Date,
): Promise<Conflicts> {
  const rows = await listOverlapping(query, names);
  const conflicts: NameOfIdentity[] = [];
  const unused: NameOfIdentity[] = [];
  for (const row of rows) {
    if (row.identityId === identityId) continue;
    const isUsed =
      row.state === "held" ||
      carriersOf(row, await listCarriers(query, row.identityId, now)).length > 0;
    (isUsed ? conflicts : unused).push(row);
  }
  return { conflicts, unused };
}

/** Whether a former name of an identity is still reserved for it, so that no other has it. */
export async function isReservedFor(
  deps: Pick<Deps, "db">,
  name: CertificateName,
  identityId: string,
): Promise<boolean> {
  const rows = await listOverlapping(queryOn(deps.db), [{ ...name, form: "exact" }]);
  return rows.some(
    (row) => row.identityId === identityId && row.state === "reserved" && rowCovers(row, name),
  );
}

/**
 * Whether the identity holds the name, by itself or by a pattern: adding it would change nothing.
 */
export async function isNameHeld(
  deps: Pick<Deps, "db">,
  name: HeldName,
  identityId: string,
): Promise<boolean> {
  const rows = await listOverlapping(queryOn(deps.db), [name]);
  return rows.some(
    (row) =>
      row.identityId === identityId &&
      row.state === "held" &&
      row.type !== "legacy" &&
      coversHeldName(row as HeldName, name),
  );
}

/** The rows of others that keep an identity from getting a name, for other use cases. */
export async function findConflictingNames(
  deps: Pick<Deps, "db" | "clock">,
  name: HeldName,
  identityId: string,
): Promise<readonly NameOfIdentity[]> {
  const found = await findConflicts(queryOn(deps.db), [name], identityId, deps.clock.now());
  return found.conflicts;
}
