import { endSessionRow, endSessionRows, findSessionRow } from "@/lib/accounts/session-repository";
import { findAccountById } from "@/lib/accounts/account-repository";
import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { auditedTransaction } from "@/lib/log/audited-transaction";

type Needs = Pick<Deps, "db" | "clock" | "random">;

/** Ends one session: one's own, or anybody's with accounts.write. Again is no error. */
export async function endSession(
  deps: Needs,
  actor: Actor,
  id: string,
): Promise<{ ended: boolean; entryId: string }> {
  const session = await findSessionRow(deps.db, id);
  const own = actor.kind === "user" && session?.accountId === actor.id;
  if (!own) authorize(actor, "accounts.write");
  if (session === null)
    throw new AppError("session.not-found", "There is no such session.", { kind: "not-found" });
  const account = await findAccountById(deps.db, session.accountId);
  const now = deps.clock.now();
  const { result, entryIds } = await auditedTransaction(deps, actor, async (tx) => ({
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
  return { ended: result, entryId: entryIds[0] ?? "" };
}

/** Ends every open session of an account: one's own, or anybody's with accounts.write. */
export async function endSessions(
  deps: Needs,
  actor: Actor,
  accountId: string,
): Promise<{ ended: number; entryId: string }> {
  if (!(actor.kind === "user" && actor.id === accountId)) authorize(actor, "accounts.write");
  const account = await findAccountById(deps.db, accountId);
  if (account === null)
    throw new AppError("account.not-found", "There is no such account.", { kind: "not-found" });
  const { result, entryIds } = await auditedTransaction(deps, actor, async (tx) => ({
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
  return { ended: result, entryId: entryIds[0] ?? "" };
}
