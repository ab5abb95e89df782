import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { findTokenRow } from "@/lib/tokens/token-repository";
import type { TokenDto } from "@/lib/tokens/schema";
import { noSuchToken, tokenDto } from "@/lib/tokens/token-dto";

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
