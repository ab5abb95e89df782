import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { auditedTransaction } from "@/lib/log/audited-transaction";
import { findTokenRow, revokeTokenRow } from "@/lib/tokens/token-repository";
import type { TokenDto } from "@/lib/tokens/schema";
import { noSuchToken, tokenDto, tokenTarget } from "@/lib/tokens/token-dto";

/** Ends a token at once and for ever. Again is no error and rewrites nothing. */
export async function revokeToken(
  deps: Pick<Deps, "db" | "clock" | "random">,
  actor: Actor,
  id: string,
): Promise<TokenDto & { entryId: string }> {
  authorize(actor, "tokens.write");
  const row = await findTokenRow(deps.db, id);
  if (row === null) throw noSuchToken();
  const now = deps.clock.now();
  const { result, entryIds } = await auditedTransaction(deps, actor, async (tx) => {
    const ended = await revokeTokenRow(tx, id, now);
    return {
      result: ended ? now : row.revokedAt,
      entries: [
        {
          action: "token.revoked",
          outcome: "success",
          ...(ended ? {} : { reason: "revoked before" }),
          target: tokenTarget(row),
          details: { name: row.name },
        },
      ],
    };
  });
  return { ...tokenDto({ ...row, revokedAt: result }, now), entryId: entryIds[0] ?? "" };
}
