import type { Recorded } from "@/lib/log/record/recorded";
import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import type { Deps } from "@/lib/runtime/deps";
import { endedEntry } from "./end-account-tokens";
import { revokeDescendantRows } from "./lineage-repository";
import type { RevokedToken } from "./schema";
import { noSuchToken, tokenDto, tokenTarget } from "./token-dto";
import { findTokenRow, revokeTokenRow } from "./token-repository";

/**
 * Revokes a token immediately, with every token that was made with it; this cannot be undone.
 * Revoking it again changes nothing. Errors: `token.not-found`.
 */
export async function revokeToken(
  deps: Pick<Deps, "db" | "clock" | "recorder">,
  actor: Actor,
  id: string,
): Promise<Recorded<RevokedToken>> {
  authorize(actor, "tokens.write");
  const row = await findTokenRow(deps.db, id);
  if (row === null) throw noSuchToken();
  const now = deps.clock.now();
  const { result, entryId } = await auditedTransaction(deps.recorder, actor, async (tx) => {
    // Locks the row, for which a token that is being made with it waits.
    const ended = await revokeTokenRow(tx, id, now);
    const descendants = await revokeDescendantRows(tx, id, now);
    const target = tokenTarget(row);
    return {
      result: { revokedAt: ended ? now : row.revokedAt, alsoRevoked: descendants.length },
      entries: [
        {
          action: "token.revoked",
          outcome: "success",
          ...(ended ? {} : { reason: "revoked before" }),
          target,
          details: { name: row.name },
        },
        ...descendants.map((descendant) =>
          endedEntry(descendant, target, "the token it was made with was revoked"),
        ),
      ],
    };
  });
  const { revokedAt, alsoRevoked } = result;
  return { result: { ...tokenDto({ ...row, revokedAt }, now), alsoRevoked }, entryId };
}
