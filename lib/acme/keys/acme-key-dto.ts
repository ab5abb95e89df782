import { AppError } from "@/lib/errors/app-error";
import { formatIso } from "@/lib/format/time";
import type { ListedAcmeKey } from "@/lib/acme/acme-key-repository";
import type { AcmeKeyDto } from "@/lib/acme/schema";

/** An enrollment key as others may see it: never what it is made of. */
export function acmeKeyDto(row: Omit<ListedAcmeKey, "sealed">, now: Date): AcmeKeyDto {
  const status = row.revokedAt !== null ? "revoked" : row.expiresAt <= now ? "expired" : "active";
  return {
    id: row.id,
    identityId: row.identityId,
    profiles: row.profiles,
    names: row.names,
    status,
    accounts: status === "revoked" ? 0 : row.accounts,
    createdBy: row.createdBy,
    createdAt: formatIso(row.createdAt),
    expiresAt: formatIso(row.expiresAt),
    revokedAt: row.revokedAt === null ? null : formatIso(row.revokedAt),
  };
}

export const acmeKeyTarget = (id: string, identity: Readonly<{ name: string }>) => ({
  kind: "acme-key",
  id,
  label: identity.name,
});

export const noSuchAcmeKey = (): AppError =>
  new AppError("acme.key-not-found", "Enrollment key not found.");
