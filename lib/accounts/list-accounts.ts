import { accountDto } from "@/lib/accounts/account-dto";
import { listAccountRows } from "@/lib/accounts/account-repository";
import { accountQuery, type AccountList, type AccountQueryInput } from "@/lib/accounts/schema";
import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";

/** People's accounts, newest first. */
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
