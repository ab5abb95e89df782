import { roles, type Role } from "@/lib/access/roles";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";
import type { NewEntry } from "@/lib/log/types";
import { type EndedTokenRow, revokeAccountRows } from "./lineage-repository";
import { isWithin } from "./schema";
import { tokenTarget } from "./token-dto";

/**
 * Revokes the tokens that an account's new state no longer covers: all of a disabled account, and
 * of one with a new role those that may do more. Returns their entries. The account's row has to be
 * locked by the transaction.
 */
export async function endAccountTokens(
  tx: AuditedTx,
  account: Readonly<{ id: string; email: string; role: Role; isActive: boolean }>,
  now: Date,
): Promise<readonly NewEntry[]> {
  const ending = roles.filter((role) => !account.isActive || !isWithin(role, account.role));
  if (ending.length === 0) return [];
  const ended = await revokeAccountRows(tx, account.id, ending, now);
  const maker = { kind: "user", id: account.id, label: account.email };
  const reason = account.isActive ? "the account lost the role" : "the account was disabled";
  return ended.map((row) => endedEntry(row, maker, reason));
}

/** The entry of a token that ended with its maker. */
export const endedEntry = (
  row: EndedTokenRow,
  endedWith: Readonly<{ kind: string; id: string; label: string }>,
  reason: string,
): NewEntry => ({
  action: "token.revoked",
  outcome: "success",
  reason,
  target: tokenTarget(row),
  details: { name: row.name, endedWith },
});
