import { newId } from "@/lib/format/ids";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";
import type { NewEntry } from "@/lib/log/types";
import { checkOwnName } from "./check-own-name";
import { makeNameRow } from "../make-name-row";
import { insertNames, listNamesOf, queryIn, setNameState } from "../name-repository";
import { isOwnName, shareOf } from "../own-names";
import { releaseNames } from "../release-names";

/**
 * Gives a locked identity its new name and releases the old one, which stays reserved while a
 * certificate carries it, as that spells it. Returns what is reserved, as entries have it, and
 * entries about other identities. Errors: as `checkOwnName`.
 */
export async function renameOwnName(
  tx: AuditedTx,
  {
    identity,
    name,
    now,
    randomBytes,
  }: Readonly<{
    identity: Readonly<{ id: string; name: string }>;
    name: string;
    now: Date;
    randomBytes: (n: number) => Uint8Array;
  }>,
): Promise<Readonly<{ reserved: readonly string[]; entries: readonly NewEntry[] }>> {
  const freed = await checkOwnName(tx, { id: identity.id, name }, now);
  const own = await listNamesOf(queryIn(tx), identity.id);
  const former = own.filter((one) => isOwnName(one, identity));
  const row = { type: "cn", form: "exact", value: name } as const;
  const existing = own.find(({ type, value }) => type === "cn" && value === name);
  if (existing === undefined)
    await insertNames(tx, [
      makeNameRow(row, {
        id: newId("nam", now, randomBytes),
        identityId: identity.id,
        origin: "identity",
        shareId: shareOf(row, own),
        now,
      }),
    ]);
  else await setNameState(tx, [existing.id], "held", now);
  const { reserved, unshared } = await releaseNames(tx, {
    identityId: identity.id,
    rows: former,
    onRelease: "reserve",
    now,
    randomBytes,
  });
  return { reserved, entries: [...freed, ...unshared] };
}
