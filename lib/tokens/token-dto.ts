import { isRole } from "@/lib/accounts/schema";
import { AppError } from "@/lib/errors/app-error";
import { formatIso } from "@/lib/format/time";
import type { TokenDto, TokenStatus } from "@/lib/tokens/schema";
import type { TokenListRow } from "@/lib/tokens/token-repository";

type Ends = Readonly<{ revokedAt: Date | null; expiresAt: Date | null }>;

/** A token counts up to its end, and not at it. */
export function tokenStatus(row: Ends, now: Date): TokenStatus {
  if (row.revokedAt !== null) return "revoked";
  return row.expiresAt !== null && row.expiresAt <= now ? "expired" : "active";
}

/** A token as others may see it: never its secret or the hash of it. */
export function tokenDto(row: TokenListRow, now: Date): TokenDto {
  if (!isRole(row.role)) throw new Error(`token ${row.id} has a role that does not exist`);
  const { id, name, role, identity, hint, createdBy, createdAt, expiresAt, revokedAt } = row;
  return {
    id,
    name,
    role,
    identity,
    hint,
    status: tokenStatus(row, now),
    createdBy,
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
export const noSuchToken = () =>
  new AppError("token.not-found", "There is no such token.", { kind: "not-found" });
