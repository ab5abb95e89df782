import { stateNames } from "@/lib/identities/state-names";
import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { AppError } from "@/lib/errors/app-error";
import { describeRow, retryNameConflicts } from "@/lib/identities/add-names";
import { isOwnName } from "@/lib/identities/own-names";
import type { NameOfIdentity } from "@/lib/identities/types";
import { auditedTransaction, type AuditedTx } from "@/lib/log/record/audited-transaction";
import type { Recorded } from "@/lib/log/record/recorded";
import type { NewEntry } from "@/lib/log/types";
import type { Deps } from "@/lib/runtime/deps";
import { giveUpNames } from "./give-up-names";
import { lockHolder } from "@/lib/identities/lock-holder";
import type { ShareDecision } from "./schema";
import { listRowsOfShare, lockShare, setShareState } from "./share-repository";

/**
 * Decides who keeps the names of a share: one identity, or several that go on sharing them. The
 * others release theirs. An identity's own name always stays its own, so such a share can only be
 * kept, or one of the identities renamed. Administrators alone. Errors: `name.share-not-found`,
 * `identity.confers-power`, `name.not-in-share`.
 */
export async function decideShare(
  deps: Pick<Deps, "db" | "clock" | "random" | "recorder">,
  actor: Actor,
  id: string,
  input: ShareDecision,
): Promise<Recorded<Readonly<{ id: string; kept: readonly string[] }>>> {
  authorize(actor, "names.manage");
  return retryNameConflicts(() =>
    auditedTransaction(deps.recorder, actor, async (tx) => {
      const share = await lockShare(tx, id);
      if (share === null) throw shareNotFound();
      const rows = await listRowsOfShare(tx, id);
      assertMembers(rows, input.keep);
      const holders = [...new Set(rows.map(({ identityId }) => identityId))].toSorted();
      for (const holder of holders) await lockHolder(tx, actor, holder);
      await setShareState(tx, [id], "decided", deps.clock.now());
      const released = await releaseOthers(deps, tx, rows, input);
      const decided = holders.map((holder) => decidedEntry(holder, rows, id, input));
      const [first, ...rest] = decided;
      if (first === undefined) throw shareNotFound();
      return {
        result: { id, kept: input.keep },
        entries: await stateNames(tx, [first, ...rest, ...released]),
      };
    }),
  );
}

function assertMembers(rows: readonly NameOfIdentity[], keep: readonly string[]): void {
  const stranger = keep.find((id) => !rows.some(({ identityId }) => identityId === id));
  if (stranger !== undefined)
    throw new AppError(
      "name.not-in-share",
      `${stranger} holds none of these names. Choose among the identities of the share.`,
    );
  const own = rows.find(
    (row) => isOwnName(row, { name: row.identityName }) && !keep.includes(row.identityId),
  );
  if (own)
    throw new AppError(
      "name.not-in-share",
      `${describeRow(own)} is the name of the identity ${own.identityName} itself. Keep it, or rename the identity first.`,
    );
}

async function releaseOthers(
  deps: Pick<Deps, "clock" | "random">,
  tx: AuditedTx,
  rows: readonly NameOfIdentity[],
  input: ShareDecision,
): Promise<NewEntry[]> {
  const now = deps.clock.now();
  const others = rows.filter((row) => row.state === "held" && !input.keep.includes(row.identityId));
  const entries: NewEntry[] = [];
  for (const [identityId, own] of Map.groupBy(others, (row) => row.identityId)) {
    const identity = { id: identityId, name: own[0]?.identityName ?? "" };
    const randomBytes = deps.random.bytes;
    entries.push(...(await giveUpNames(tx, { identity, rows: own, input, now, randomBytes })));
  }
  return entries;
}

const decidedEntry = (
  holder: string,
  rows: readonly NameOfIdentity[],
  share: string,
  { keep, comment }: ShareDecision,
): NewEntry => {
  const own = rows.filter(({ identityId }) => identityId === holder);
  return {
    action: "identity.names-decided",
    outcome: "success",
    target: { kind: "identity", id: holder, label: own[0]?.identityName ?? "" },
    details: { names: own.map(describeRow), share, keep, comment },
  };
};

const shareNotFound = (): AppError =>
  new AppError("name.share-not-found", "This share doesn't exist or has ended.");
