import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import type { Deps } from "@/lib/runtime/deps";
import { type TokenDto, type TokenList, tokenQuery, type TokenQueryInput } from "./schema";
import { noSuchToken, tokenDto } from "./token-dto";
import { findTokenRow, listTokenRows, type TokenListRow } from "./token-repository";

/** One API token by id, without its secret. */
export async function getToken(
  deps: Pick<Deps, "db" | "clock">,
  actor: Actor,
  id: string,
): Promise<TokenDto> {
  authorize(actor, "tokens.read");
  const row = await findTokenRow(deps.db, id);
  if (row === null) throw noSuchToken();
  return tokenDto(row, deps.clock.now());
}

/** A token for its own holder, who was authenticated with it; null if there is none. */
export async function findOwnToken(
  deps: Pick<Deps, "db">,
  id: string,
): Promise<Pick<
  TokenListRow,
  "id" | "name" | "role" | "identity" | "createdAt" | "expiresAt"
> | null> {
  const row = await findTokenRow(deps.db, id);
  if (row === null) return null;
  const { name, role, identity, createdAt, expiresAt } = row;
  return { id, name, role, identity, createdAt, expiresAt };
}

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
