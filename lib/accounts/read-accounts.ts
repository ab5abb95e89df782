import type { Actor, ActorRequest } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { isRole } from "@/lib/access/roles";
import { AppError } from "@/lib/errors/app-error";
import type { Deps } from "@/lib/runtime/deps";
import { accountDto } from "./account-dto";
import { findAccountById, listAccountRows, findAccountOfIdentity } from "./account-repository";
import { accountQuery, type AccountDto, type AccountList, type AccountQueryInput } from "./schema";
import { findOpenInvitation } from "./invitation-repository";
import { listSessionRows } from "./session-repository";

/** One account: the caller's own, or any with accounts.read. Errors: `account.not-found`. */
export async function getAccount(
  deps: Pick<Deps, "db" | "clock">,
  actor: Actor,
  id: string,
): Promise<AccountDto> {
  if (!(actor.kind === "user" && actor.id === id)) authorize(actor, "accounts.read");
  const row = await findAccountById(deps.db, id);
  if (row === null) throw new AppError("account.not-found", "User not found.");
  const now = deps.clock.now();
  const [sessions, invitation] = await Promise.all([
    listSessionRows(deps.db, id, now, 100),
    findOpenInvitation(deps.db, id, now),
  ]);
  const open = sessions.filter((session) => session.open);
  return accountDto({
    ...row,
    invitation,
    openSessions: open.length,
    lastSignInAt: sessions[0]?.createdAt ?? null,
  });
}

/** One page of accounts, newest first. */
export async function listAccounts(
  deps: Pick<Deps, "db" | "clock">,
  actor: Actor,
  input: AccountQueryInput = {},
): Promise<AccountList> {
  authorize(actor, "accounts.read");
  const query = accountQuery.parse(input);
  const rows = await listAccountRows(deps.db, query, deps.clock.now(), query.limit + 1);
  const items = rows.slice(0, query.limit).map(accountDto);
  return { items, nextCursor: rows.length > query.limit ? (items.at(-1)?.id ?? null) : null };
}

/** The account that certificates of this identity sign in to; null for none. */
export async function getAccountOfIdentity(
  deps: Pick<Deps, "db">,
  actor: Actor,
  identityId: string,
): Promise<Readonly<{ id: string; email: string; name: string }> | null> {
  authorize(actor, "accounts.read");
  const row = await findAccountOfIdentity(deps.db, identityId);
  return row && { id: row.id, email: row.email, name: row.name };
}

/**
 * A user at this moment, for what is done in their name after the request: null once the account is
 * disabled. Whether its session still exists is another matter.
 */
export async function findAccountActor(
  deps: Pick<Deps, "db">,
  id: string,
  request: ActorRequest,
): Promise<Actor | null> {
  const row = await findAccountById(deps.db, id);
  if (row === null || row.status !== "active" || !isRole(row.role)) return null;
  return {
    kind: "user",
    id: row.id,
    label: row.email,
    role: row.role,
    identityId: null,
    credential: null,
    assertedBy: null,
    ...request,
  };
}
