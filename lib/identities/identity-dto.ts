import { formatIso } from "@/lib/format/time";
import type { IdentityCounts, IdentityRow } from "./identity-repository";
import type { NameRow } from "./types";
import type { HeldNameDto, IdentityDto, IdentityPower } from "./schema";

const none: IdentityCounts = { valid: 0, expired: 0, held: 0, revoked: 0 };

/** A name as people write it: a prefix ends in `*`. */
const writtenName = ({ form, value }: NameRow): string => (form === "prefix" ? `${value}*` : value);

export const heldNameDto = (row: NameRow): HeldNameDto => ({
  id: row.id,
  type: row.type,
  form: row.form,
  value: writtenName(row),
  state: row.state === "reserved" ? "reserved" : "held",
  origin: row.origin,
  shareId: row.shareId,
  reservedUntil: row.reservedUntil && formatIso(row.reservedUntil),
  since: formatIso(row.createdAt),
});

export function identityDto(
  row: IdentityRow,
  powers: readonly IdentityPower[],
  counts: IdentityCounts | undefined,
  names: readonly NameRow[] | undefined,
): IdentityDto {
  return {
    id: row.id,
    kind: row.kind as IdentityDto["kind"],
    name: row.name,
    owner: row.owner,
    status: row.status as IdentityDto["status"],
    note: row.note,
    networks: row.networks,
    names: (names ?? []).map(heldNameDto),
    epoch: row.epoch + row.namesEpoch,
    createdAt: formatIso(row.createdAt),
    changedAt: formatIso(row.changedAt),
    powers,
    certificateCounts: counts ?? none,
  };
}

/** Networks as entries have them. */
export const networksText = (networks: readonly string[]): string => networks.join(", ");

export const identityTarget = (row: Pick<IdentityRow, "id" | "name">) => ({
  kind: "identity",
  id: row.id,
  label: row.name,
});
