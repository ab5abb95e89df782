import { AppError } from "@/lib/errors/app-error";
import { formatIso } from "@/lib/format/time";
import type { CaPermissionDto } from "./schema";
import type { PermissionRow } from "./permission-repository";

export const daySeconds = 86_400;

export function permissionDto(row: PermissionRow): CaPermissionDto {
  const { id, trustDomain, count, used, createdBy, decidedBy } = row;
  return {
    id,
    identity: { id: row.identityId, name: row.identityName },
    authority: { id: row.authorityId, slug: row.authoritySlug },
    trustDomain,
    maxDays: row.maxSeconds / daySeconds,
    count,
    used,
    status: permissionStatus(row),
    createdBy,
    createdAt: formatIso(row.createdAt),
    decidedBy,
    decidedAt: row.decidedAt && formatIso(row.decidedAt),
    revokedAt: row.revokedAt && formatIso(row.revokedAt),
  };
}

/** What a permission is good for right now. */
export function permissionStatus({
  decision,
  used,
  count,
  revokedAt,
}: Pick<PermissionRow, "decision" | "used" | "count" | "revokedAt">): CaPermissionDto["status"] {
  if (revokedAt !== null) return "revoked";
  if (decision === null) return "waiting";
  if (decision !== "confirmed") return "rejected";
  return used >= count ? "used-up" : "confirmed";
}

export const permissionTarget = (id: string, identityName: string) => ({
  kind: "ca-permission" as const,
  id,
  label: identityName,
});

export const noSuchPermission = (): AppError =>
  new AppError("ca-permission.not-found", "CA permission not found.");
