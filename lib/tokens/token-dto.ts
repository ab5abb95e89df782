import { isRole } from "@/lib/access/roles";
import { AppError } from "@/lib/errors/app-error";
import { formatIso } from "@/lib/format/time";
import type { TokenDto, TokenStatus } from "./schema";
import type { TokenListRow } from "./token-repository";

type TokenLifetime = Readonly<{ revokedAt: Date | null; expiresAt: Date | null }>;

/** A token counts up to its end, and not at it. */
function tokenStatus(row: TokenLifetime, now: Date): TokenStatus {
  if (row.revokedAt !== null) return "revoked";
  return row.expiresAt !== null && row.expiresAt <= now ? "expired" : "active";
}

/** A token as others may see it: never its secret or the hash of it. */
export function tokenDto(row: TokenListRow, now: Date): TokenDto {
  if (!isRole(row.role)) throw new Error(`token ${row.id} has a role that does not exist`);
  const { id, name, role, identity, hint, createdBy, createdAt, expiresAt, revokedAt } = row;
  const { parent, account, lastUsedAt } = row;
  return {
    id,
    name,
    role,
    identity,
    hint,
    status: tokenStatus(row, now),
    createdBy,
    parent,
    account,
    lastUsedAt: lastUsedAt === null ? null : formatIso(lastUsedAt),
    createdAt: formatIso(createdAt),
    expiresAt: expiresAt === null ? null : formatIso(expiresAt),
    revokedAt: revokedAt === null ? null : formatIso(revokedAt),
  };
}

export const tokenTarget = (row: Readonly<{ id: string; name: string }>) => ({
  kind: "token",
  id: row.id,
  label: row.name,
});
export const noSuchToken = () => new AppError("token.not-found", "Token not found.");
