import { AppError } from "@/lib/errors/app-error";
import { formatIso } from "@/lib/format/time";
import type { EnrollmentSecretDto } from "./schema";
import type { FoundSecret } from "./secret-repository";

type Shown = Omit<FoundSecret, "identity" | "secretHash" | "sealed">;

/** A secret as others may see it: never what it is made of. */
export function secretDto(row: Shown, now: Date): EnrollmentSecretDto {
  return {
    id: row.id,
    identityId: row.identityId,
    profile: row.profile.slug,
    networks: row.networks,
    status: statusOf(row, now),
    uses: row.uses,
    used: row.used,
    createdBy: row.createdBy,
    createdAt: formatIso(row.createdAt),
    expiresAt: formatIso(row.expiresAt),
    revokedAt: row.revokedAt === null ? null : formatIso(row.revokedAt),
  };
}

function statusOf(
  { revokedAt, used, uses, expiresAt }: Shown,
  now: Date,
): EnrollmentSecretDto["status"] {
  if (revokedAt !== null) return "revoked";
  if (used >= uses) return "spent";
  return expiresAt <= now ? "expired" : "active";
}

export const secretTarget = (id: string, identity: Readonly<{ name: string }>) => ({
  kind: "enrollment-secret",
  id,
  label: identity.name,
});

export const noSuchSecret = (): AppError =>
  new AppError("enrollment.secret-not-found", "Enrollment secret not found.");
