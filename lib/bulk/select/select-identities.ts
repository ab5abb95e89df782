import type { Actor } from "@/lib/access/actor";
import {
  findIdentitiesOf,
  listMatchingIdentities,
  type MatchedIdentity,
} from "@/lib/identities/read-identities";
import type { Deps } from "@/lib/runtime/deps";
import { identityExcludedBecause, seenIdentityState } from "./decide-item";
import { type BulkInput, type Exclusion, type IdentityAct, maxBulkItems } from "@/lib/bulk/schema";
import { assertCount, type Selection } from "./selection";

/** The identities of a selection. Errors: as `selectItems`. */
export async function selectIdentities(
  deps: Pick<Deps, "db">,
  actor: Actor,
  input: BulkInput & Readonly<{ act: IdentityAct }>,
): Promise<Selection> {
  const { rows, missing } = await readIdentities(deps, input);
  const items: MatchedIdentity[] = [];
  const excluded: { why: Exclusion; name: string }[] = missing.map((id) => ({
    why: "missing",
    name: id,
  }));
  for (const row of rows) {
    const why = identityExcludedBecause(row, input, actor);
    if (why === null) items.push(row);
    else excluded.push({ why, name: row.name });
  }
  return {
    selected: rows.length + missing.length,
    items: items.map((row) => ({ id: row.id, state: seenIdentityState(input.act, row) })),
    excluded,
    identityIds: items.map(({ id }) => id),
    withoutSuccessor: 0,
  };
}

/** The identities that are selected, by id. Errors: `bulk.count-changed`, `bulk.too-many`. */
export async function readIdentities(
  deps: Pick<Deps, "db">,
  { identities, identityFilter, count }: BulkInput,
): Promise<Readonly<{ rows: readonly MatchedIdentity[]; missing: readonly string[] }>> {
  if (identities !== undefined) {
    const wanted = [...new Set(identities)];
    const rows = await findIdentitiesOf(deps, wanted);
    const found = new Set(rows.map(({ id }) => id));
    return { rows, missing: wanted.filter((id) => !found.has(id)) };
  }
  const rows = await listMatchingIdentities(deps, identityFilter ?? {}, maxBulkItems + 1);
  assertCount("identities", rows.length, count);
  return { rows: rows.toSorted((a, b) => (a.id < b.id ? -1 : 1)), missing: [] };
}
