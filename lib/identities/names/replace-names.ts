import type { AuditedTx } from "@/lib/log/record/audited-transaction";
import type { NewEntry } from "@/lib/log/types";
import { describeHeldName, type HeldName } from "@/lib/pki/held-names/held-name";
import { addNames, describeRow } from "../add-names";
import { identityTarget } from "../identity-dto";
import { listNamesOf, queryIn } from "../name-repository";
import { isOwnName } from "../own-names";
import { releaseNames } from "../release-names";

/**
 * Makes a locked identity hold exactly these names in addition to its own: adds what is missing and
 * releases the rest, reserved while certificates carry it. Returns the entries. Errors: as
 * `addNames`.
 */
export async function replaceNames(
  tx: AuditedTx,
  {
    identity,
    names,
    now,
    randomBytes,
  }: Readonly<{
    identity: Readonly<{ id: string; name: string }>;
    names: readonly HeldName[];
    now: Date;
    randomBytes: (n: number) => Uint8Array;
  }>,
): Promise<NewEntry[]> {
  const held = (await listNamesOf(queryIn(tx), identity.id)).filter((row) => row.state === "held");
  const isWanted = (row: (typeof held)[number]): boolean =>
    isOwnName(row, identity) ||
    names.some((name) => name.type === row.type && name.value === row.value);
  const dropped = held.filter((row) => !isWanted(row));
  const entries: NewEntry[] = [];
  const common = { outcome: "success", target: identityTarget(identity) } as const;
  if (dropped.length > 0) {
    const { reserved, shares, unshared } = await releaseNames(tx, {
      identityId: identity.id,
      rows: dropped,
      onRelease: "reserve",
      now,
      randomBytes,
    });
    entries.push({
      ...common,
      action: "identity.names-released",
      details: {
        names: dropped.map(describeRow),
        onRelease: "reserve",
        comment: "",
        reserved,
        ...(shares.length > 0 ? { shares } : {}),
      },
    });
    entries.push(...unshared);
  }
  const wanted = names.filter(
    (name) => !held.some((row) => row.type === name.type && row.value === name.value),
  );
  const { added, freed } = await addNames(tx, {
    identity,
    names: wanted,
    origin: "edit",
    now,
    randomBytes,
  });
  if (added.length > 0)
    entries.push({
      ...common,
      action: "identity.names-added",
      details: { names: wanted.map(describeHeldName), origin: "edit" },
    });
  return [...entries, ...freed];
}
