import { createHash } from "node:crypto";
import { formatIso } from "@/lib/format/time";
import type { ProfileRules } from "@/lib/pki/types";
import type { ProfileRow } from "./profiles-repository";
import type { ProfileDto } from "./schema";

export function profileDto(row: ProfileRow, certificateCount: number): ProfileDto {
  return {
    id: row.id, slug: row.slug, name: row.name, description: row.description, system: row.system, status: row.status as ProfileDto["status"],
    version: row.version, rules: row.rules, authorityId: row.authorityId, authoritySlug: row.authoritySlug, certificateCount,
    createdAt: formatIso(row.createdAt), changedAt: formatIso(row.changedAt),
  };
}

export const profileTarget = (row: Pick<ProfileRow, "id" | "slug">) => ({ kind: "profile", id: row.id, label: row.slug });

/** Rules as one text, members sorted, so that the same rules read the same whatever a database does to their order. */
export function rulesText(rules: ProfileRules): string {
  return JSON.stringify(rules, (_key, value: unknown) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}

export function rulesSha256(rules: ProfileRules): string {
  return createHash("sha256").update(rulesText(rules)).digest("hex");
}
