import { stateNames } from "@/lib/identities/state-names";
import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { AppError } from "@/lib/errors/app-error";
import { newId } from "@/lib/format/ids";
import { describeRow, heldByAnother, retryNameConflicts } from "@/lib/identities/add-names";
import { makeNameRow } from "@/lib/identities/make-name-row";
import type { NameOfIdentity, NameRow } from "@/lib/identities/types";
import { assertNoNamePower } from "@/lib/identities/name-power";
import { parseNames } from "@/lib/identities/parse-names";
import { getIdentity } from "@/lib/identities/read-identities";
import type { IdentityDto } from "@/lib/identities/schema";
import { auditedTransaction, type AuditedTx } from "@/lib/log/record/audited-transaction";
import type { Recorded } from "@/lib/log/record/recorded";
import type { NewEntry } from "@/lib/log/types";
import type { HeldName } from "@/lib/pki/held-names/held-name";
import type { Deps } from "@/lib/runtime/deps";
import { joinShare } from "./join-share";
import { lockHolder, type Holder } from "@/lib/identities/lock-holder";
import type { NamesShare } from "./schema";
import {
  addSharedRows,
  checkHolders,
  deferHolders,
  listOverlappedOf,
  listOwnRows,
  raiseEpochs,
  takeBack,
} from "./share-repository";

/**
 * Gives an identity names that others hold, and lets all of them go on: the names and everything
 * that overlaps them become one share. It adds only the names that are given. Administrators alone.
 * Errors: `identity.not-found`, `identity.confers-power`, `name.held-by-another` for a holder that
 * is not in `with`, `name.share-too-large`, those of `parseNames`.
 */
export async function shareNames(
  deps: Pick<Deps, "db" | "clock" | "random" | "recorder">,
  actor: Actor,
  id: string,
  input: NamesShare,
): Promise<Recorded<IdentityDto>> {
  authorize(actor, "names.manage");
  const names = await parseNames(deps, actor, input.names);
  const now = deps.clock.now();
  const { entryId } = await retryNameConflicts(() =>
    auditedTransaction(deps.recorder, actor, async (tx) => {
      for (const other of [...input.with, id].toSorted()) await lockHolder(tx, actor, other);
      const identity = await lockHolder(tx, actor, id);
      await deferHolders(tx);
      await assertNoNamePower(tx, id, names);
      const rows = await addRows(tx, identity, names, { now, randomBytes: deps.random.bytes });
      const share = {
        state: "decided" as const,
        comment: input.comment,
        reviewAt: input.reviewAt ? new Date(input.reviewAt) : null,
        createdBy: actor.label,
        createdAt: now,
      };
      const others = await listOverlappedOf(tx, id, rows);
      const joined = await joinShare(tx, others, share, deps.random.bytes);
      assertShared(joined.members, rows);
      assertNamed(joined.members, [id, ...input.with], names);
      await checkHolders(tx);
      await raiseEpochs(tx, [...new Set(joined.members.map(({ identityId }) => identityId))]);
      const [first, ...rest] = entriesOf(id, joined, share);
      if (first === undefined) throw new Error("a share has members");
      return { result: null, entries: await stateNames(tx, [first, ...rest]) };
    }),
  );
  return { result: await getIdentity(deps, actor, id), entryId };
}

/** Rows for the names that the identity doesn't have yet; returns those of all of them. */
async function addRows(
  tx: AuditedTx,
  identity: Holder,
  names: readonly HeldName[],
  { now, randomBytes }: Readonly<{ now: Date; randomBytes: (n: number) => Uint8Array }>,
): Promise<NameRow[]> {
  const own = await listOwnRows(tx, identity.id);
  const isSame = (one: Pick<NameRow, "type" | "value">, other: typeof one): boolean =>
    one.type === other.type && one.value === other.value;
  const existing = own.filter((row) => names.some((name) => isSame(name, row)));
  const reserved = existing.filter(({ state }) => state === "reserved").map((row) => row.id);
  await takeBack(tx, reserved, now);
  const added = names
    .filter((name, at) => names.findIndex((one) => isSame(one, name)) === at)
    .filter((name) => !existing.some((row) => isSame(row, name)))
    .map((name) =>
      makeNameRow(name, {
        id: newId("nam", now, randomBytes),
        identityId: identity.id,
        origin: "edit",
        now,
      }),
    );
  await addSharedRows(tx, added);
  return [...existing, ...added];
}

/** What no other identity holds is added, not shared. */
function assertShared(members: readonly NameOfIdentity[], rows: readonly NameRow[]): void {
  const alone = rows.find(({ id }) => !members.some((member) => member.id === id));
  if (alone)
    throw new AppError(
      "name.nothing-to-share",
      `No other identity holds ${describeRow(alone)}. Add it to the identity instead of sharing it.`,
    );
}

/** Whoever shares has to know with whom: a holder that the request doesn't name is a conflict. */
function assertNamed(
  members: readonly NameOfIdentity[],
  named: readonly string[],
  names: readonly HeldName[],
): void {
  const others = members.filter(({ identityId }) => !named.includes(identityId));
  if (others.length > 0)
    throw heldByAnother(others, names, {
      message: (row) => {
        const name = describeRow(row);
        return `${row.identityName} holds ${name} too. Add ${row.identityId} to \`with\` to share the name with it.`;
      },
    });
}

/** One entry for each identity of the share, the one that gets names first. */
function entriesOf(
  id: string,
  { id: share, members, ended }: Awaited<ReturnType<typeof joinShare>>,
  { comment, reviewAt }: Readonly<{ comment: string; reviewAt: Date | null }>,
): NewEntry[] {
  const holders = [...Map.groupBy(members, ({ identityId }) => identityId)];
  const ordered = holders.toSorted(([one], [other]) => Number(other === id) - Number(one === id));
  return ordered.map(([identityId, rows]) => ({
    action: "identity.names-shared",
    outcome: "success",
    target: { kind: "identity", id: identityId, label: rows[0]?.identityName ?? "" },
    details: {
      names: rows.map(describeRow),
      share,
      with: holders.map(([other]) => other).filter((other) => other !== identityId),
      comment,
      reviewAt: reviewAt?.toISOString() ?? null,
      ...(ended.length > 0 ? { shares: ended } : {}),
    },
  }));
}
