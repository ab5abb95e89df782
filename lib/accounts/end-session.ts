import type { Recorded } from "@/lib/log/record/recorded";
import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { AppError } from "@/lib/errors/app-error";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import type { Deps } from "@/lib/runtime/deps";
import { findAccountById } from "./account-repository";
import { endSessionRow, endSessionRows, findSessionRow } from "./session-repository";

type EndSessionDeps = Pick<Deps, "db" | "clock" | "recorder">;

/**
 * Ends one session: the caller's own, or any with accounts.write. Repeating it is no error. Errors:
 * `session.not-found`.
 */
export async function endSession(
  deps: EndSessionDeps,
  actor: Actor,
  id: string,
): Promise<Recorded<{ ended: boolean }>> {
  const session = await findSessionRow(deps.db, id);
  const isOwn = actor.kind === "user" && session?.accountId === actor.id;
  if (!isOwn) authorize(actor, "accounts.write");
  if (session === null) throw new AppError("session.not-found", "Session not found.");
  const account = await findAccountById(deps.db, session.accountId);
  const now = deps.clock.now();
  const { result, entryId } = await auditedTransaction(deps.recorder, actor, async (tx) => ({
    result: await endSessionRow(tx, id, now),
    entries: [
      {
        action: "session.ended",
        outcome: "success",
        target: { kind: "session", id, label: account?.email ?? id },
        details: { by: actor.label },
      },
    ],
  }));
  return { result: { ended: result }, entryId };
}

/**
 * Ends every open session of an account: the caller's own, or any with accounts.write. Errors:
 * `account.not-found`.
 */
export async function endSessions(
  deps: EndSessionDeps,
  actor: Actor,
  accountId: string,
): Promise<Recorded<{ ended: number }>> {
  if (!(actor.kind === "user" && actor.id === accountId)) authorize(actor, "accounts.write");
  const account = await findAccountById(deps.db, accountId);
  if (account === null) throw new AppError("account.not-found", "User not found.");
  const { result, entryId } = await auditedTransaction(deps.recorder, actor, async (tx) => ({
    result: await endSessionRows(tx, accountId, deps.clock.now()),
    entries: [
      {
        action: "session.ended",
        outcome: "success",
        target: { kind: "account", id: accountId, label: account.email },
        details: { by: actor.label },
      },
    ],
  }));
  return { result: { ended: result }, entryId };
}
