import { AppError } from "@/lib/errors/app-error";
import { newId } from "@/lib/format/ids";
import type { NameOfIdentity } from "@/lib/identities/types";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";
import {
  insertShare,
  listConnected,
  moveIntoShare,
  setShareState,
  type ShareRow,
} from "./share-repository";

const maxRows = 1_000;

/**
 * Puts rows and everything that overlaps them, directly or through others, into one new share;
 * shares that they were in end. The constraint on holders must be deferred. Returns the members
 * and the shares that ended. Errors: `name.share-too-large` for more than `most` rows.
 */
export async function joinShare(
  tx: AuditedTx,
  rowIds: readonly string[],
  share: Omit<ShareRow, "id">,
  randomBytes: (n: number) => Uint8Array,
  most = maxRows,
): Promise<Readonly<{ id: string; members: readonly NameOfIdentity[]; ended: readonly string[] }>> {
  const now = share.createdAt;
  const members = await listConnected(tx, rowIds);
  if (members.length > most)
    throw new AppError(
      "name.share-too-large",
      `This would share more than ${maxRows.toLocaleString("en")} names. Share a narrower pattern.`,
    );
  const id = newId("shr", now, randomBytes);
  await insertShare(tx, { ...share, id }, now);
  const ended = [...new Set(members.flatMap(({ shareId }) => (shareId === null ? [] : [shareId])))];
  await moveIntoShare(
    tx,
    members.map((row) => row.id),
    id,
    now,
  );
  await setShareState(tx, ended, "ended", now);
  return { id, members, ended };
}
