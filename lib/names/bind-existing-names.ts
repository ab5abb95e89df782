import type { Actor } from "@/lib/access/actor";
import { newId } from "@/lib/format/ids";
import { describeRow, retryNameConflicts } from "@/lib/identities/add-names";
import { rowCovers, type CarriedName } from "@/lib/pki/held-names/carried-name";
import { makeNameRow } from "@/lib/identities/make-name-row";
import { asHeldName } from "@/lib/pki/held-names/held-name";
import type { NameOfIdentity, NameOrigin, NameRow } from "@/lib/identities/types";
import { auditedTransaction, type AuditedTx } from "@/lib/log/record/audited-transaction";
import { stateNames } from "@/lib/identities/state-names";
import type { NewEntry } from "@/lib/log/types";
import type { Deps } from "@/lib/runtime/deps";
import { joinShare } from "./join-share";
import {
  addSharedRows,
  checkHolders,
  deferHolders,
  listOverlappedOf,
  listOwnRows,
} from "./share-repository";

type BindDeps = Pick<Deps, "clock" | "random" | "recorder">;
type Binding = Readonly<{
  identity: Readonly<{ id: string; name: string }>;
  names: readonly CarriedName[];
  origin: NameOrigin;
  /** Why a share came about, for the people who decide it. */
  comment: string;
}>;

/**
 * Binds names that an identity uses already, even if others do too: where they overlap names of
 * others, all of them go on under a share that an administrator has to decide. Names that its rows
 * cover need nothing. Returns how many names were bound, and whether a share came about.
 */
export async function bindExistingNames(
  deps: BindDeps,
  actor: Actor,
  binding: Binding,
): Promise<Readonly<{ bound: number; isShared: boolean }>> {
  const committed = await retryNameConflicts(() =>
    auditedTransaction(deps.recorder, actor, (tx) => bind(deps, tx, actor, binding)),
  );
  return committed?.result ?? { bound: 0, isShared: false };
}

async function bind(deps: BindDeps, tx: AuditedTx, actor: Actor, binding: Binding) {
  const now = deps.clock.now();
  await tx.$queryRaw`select id from identity where id = ${binding.identity.id} for no key update`;
  const own = await listOwnRows(tx, binding.identity.id);
  const missing = binding.names.filter(
    (name) => !own.some((row) => row.state === "held" && rowCovers(row, name)),
  );
  if (missing.length === 0) return null;
  const added = missing.map((name) =>
    makeNameRow(asHeldName(name), {
      id: newId("nam", now, deps.random.bytes),
      identityId: binding.identity.id,
      origin: binding.origin,
      now,
    }),
  );
  await deferHolders(tx);
  await addSharedRows(tx, added);
  const others = await listOverlappedOf(tx, binding.identity.id, added);
  const share =
    others.length > 0
      ? await joinShare(tx, others, undecided(actor, binding, now), deps.random.bytes, Infinity)
      : null;
  await checkHolders(tx);
  const shares = share ? [share.id, ...share.ended] : [];
  return {
    result: { bound: added.length, isShared: share !== null },
    entries: await stateNames(tx, entriesOf(binding, added, share?.members ?? [], shares)),
  };
}

const undecided = (actor: Actor, { comment }: Binding, now: Date) => ({
  state: "undecided" as const,
  comment,
  reviewAt: null,
  createdBy: actor.label,
  createdAt: now,
});

/** An entry for each identity whose rows changed, the one whose names are bound first. */
function entriesOf(
  { identity }: Binding,
  added: readonly NameRow[],
  members: readonly NameOfIdentity[],
  shares: readonly string[],
): [NewEntry, ...NewEntry[]] {
  const others = [...Map.groupBy(members, ({ identityId }) => identityId)]
    .filter(([id]) => id !== identity.id)
    .map(([id, rows]) => upgraded({ id, name: rows[0]?.identityName ?? "" }, rows, shares));
  return [upgraded(identity, added, shares), ...others];
}

function upgraded(
  { id, name }: Readonly<{ id: string; name: string }>,
  rows: readonly NameRow[],
  shares: readonly string[],
): NewEntry {
  return {
    action: "identity.names-upgraded",
    outcome: "success",
    target: { kind: "identity", id, label: name },
    details: { names: rows.map(describeRow), ...(shares.length > 0 ? { shares } : {}) },
  };
}
