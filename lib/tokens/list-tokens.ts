import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { listTokenRows } from "@/lib/tokens/token-repository";
import { tokenQuery, type TokenList, type TokenQueryInput } from "@/lib/tokens/schema";
import { tokenDto } from "@/lib/tokens/token-dto";

/** API tokens, newest first, without their secrets. */
export async function listTokens(
  deps: Pick<Deps, "db" | "clock">,
  actor: Actor,
  input: TokenQueryInput = {},
): Promise<TokenList> {
  authorize(actor, "tokens.read");
  const query = tokenQuery.parse(input),
    now = deps.clock.now();
  const rows = await listTokenRows(deps.db, query, now, query.limit + 1);
  const items = rows.slice(0, query.limit).map((row) => tokenDto(row, now));
  return { items, nextCursor: rows.length > query.limit ? (items.at(-1)?.id ?? null) : null };
}
