import type { Actor } from "@/lib/access/actor";
import { isRole, type Role } from "@/lib/access/roles";
import { AppError } from "@/lib/errors/app-error";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";
import type { TokenMaker } from "./bound-token";
import { lockMakerAccount, lockMakerTokens, type MakerTokenRow } from "./lineage-repository";

/**
 * The maker of a token as it is now, locked until the transaction ends: it can neither end nor
 * change before the token is there, and a token that it makes is ended with it. A job and the
 * command line have no maker. Errors: `token.maker-ended`.
 */
export async function lockMaker(tx: AuditedTx, actor: Actor, now: Date): Promise<TokenMaker> {
  if (actor.kind === "system" || actor.id === null)
    return { parent: null, account: null, roles: [] };
  const isToken = actor.kind === "token";
  // The account before the tokens, in the order in which disabling an account locks them.
  const account = await lockMakerAccount(tx, isToken ? "token" : "account", actor.id);
  const lineage = isToken ? await lockMakerTokens(tx, actor.id) : [];
  const [parent = null] = lineage;
  const isMissing = parent === null && (isToken || account === null);
  const isDisabled = account !== null && account.status !== "active";
  if (isMissing || isDisabled || lineage.some((token) => hasEnded(token, now))) throw makerEnded();
  return { parent, account, roles: [account, parent].flatMap(roleOf) };
}

const hasEnded = ({ revokedAt, expiresAt }: MakerTokenRow, now: Date): boolean =>
  revokedAt !== null || (expiresAt !== null && expiresAt <= now);

function roleOf(row: Readonly<{ role: string }> | null): readonly Role[] {
  if (row === null) return [];
  if (!isRole(row.role)) throw makerEnded();
  return [row.role];
}

const makerEnded = (): AppError =>
  new AppError(
    "token.maker-ended",
    "Your account or token was disabled or revoked meanwhile, so it can't create a token.",
  );
