import { accountDto } from "@/lib/accounts/account-dto";
import { findAccountById } from "@/lib/accounts/account-repository";
import type { AccountDto } from "@/lib/accounts/schema";
import { listSessionRows } from "@/lib/accounts/session-repository";
import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";

/** One account by id: one's own, or anybody's with accounts.read. */
export async function getAccount(
  deps: Pick<Deps, "db" | "clock">,
  actor: Actor,
  id: string,
): Promise<AccountDto> {
  if (!(actor.kind === "user" && actor.id === id)) authorize(actor, "accounts.read");
  const row = await findAccountById(deps.db, id);
  if (row === null)
    throw new AppError("account.not-found", "There is no such account.", { kind: "not-found" });
  const sessions = await listSessionRows(deps.db, id, deps.clock.now(), 100);
  const open = sessions.filter((session) => session.open);
  return accountDto({
    ...row,
    openSessions: open.length,
    lastSignInAt: sessions[0]?.createdAt ?? null,
  });
}
