import { formatIso } from "@/lib/format/time";
import type { IdentityCounts, IdentityRow } from "./identities-repository";
import type { IdentityDto } from "./schema";

const none: IdentityCounts = { valid: 0, expired: 0, revoked: 0 };

export function identityDto(row: IdentityRow, counts: IdentityCounts | undefined): IdentityDto {
  return {
    id: row.id,
    kind: row.kind as IdentityDto["kind"],
    name: row.name,
    owner: row.owner,
    status: row.status as IdentityDto["status"],
    note: row.note,
    networks: row.networks,
    createdAt: formatIso(row.createdAt),
    changedAt: formatIso(row.changedAt),
    certificateCounts: counts ?? none,
  };
}

/** Networks as entries keep them. */
export const networksText = (networks: readonly string[]): string => networks.join(", ");

export const identityTarget = (row: Pick<IdentityRow, "id" | "name">) => ({
  kind: "identity",
  id: row.id,
  label: row.name,
});
