import { type Database, hotPool } from "@/lib/db/database";
import type { HeldNameRow } from "@/lib/pki/held-names/carried-name";

/** A name that an identity holds, or that is reserved for it after it gave it up. */
export type NameRow = HeldNameRow & Readonly<{ state: "held" | "reserved"; changedAt: Date }>;
type Holder = Readonly<{ id: string; epoch: number; namesEpoch: number }>;
type Known = Readonly<{ epoch: number; namesEpoch: number; names: readonly NameRow[] }>;

const maxKnown = 5_000;
const readNamesSql = {
  name: "signer_names",
  text: `select identity_id as "identityId", type, form, value, state, changed_at as "changedAt" from identity_name
    where identity_id = any($1) and state <> 'released'`,
} as const;

/** What identities hold, and how to read again what one of them does. */
export type HeldNames = Readonly<{
  namesOf: (id: string) => readonly NameRow[];
  readAgain: (id: string) => Promise<void>;
}>;

/**
 * Reads the names of identities, each again only after the identity's epoch changed, which it does
 * whenever a name is taken away, and on demand.
 */
export function makeHeldNames(db: Database): (holders: readonly Holder[]) => Promise<HeldNames> {
  const known = new Map<string, Known>();
  const read = async (holders: readonly Holder[]): Promise<void> => {
    if (holders.length === 0) return;
    const { rows } = await hotPool(db).query<NameRow & { identityId: string }>({
      ...readNamesSql,
      values: [holders.map(({ id }) => id)],
    });
    if (known.size + holders.length > maxKnown) known.clear();
    const byIdentity = Map.groupBy(rows, ({ identityId }) => identityId);
    for (const { id, epoch, namesEpoch } of holders)
      known.set(id, { epoch, namesEpoch, names: byIdentity.get(id) ?? [] });
  };
  return async (holders) => {
    const stale = [...new Map(holders.map((holder) => [holder.id, holder])).values()].filter(
      ({ id, epoch, namesEpoch }) => {
        const names = known.get(id);
        return names?.epoch !== epoch || names.namesEpoch !== namesEpoch;
      },
    );
    await read(stale);
    return {
      namesOf: (id) => known.get(id)?.names ?? [],
      readAgain: (id) => read(holders.filter((holder) => holder.id === id).slice(0, 1)),
    };
  };
}
