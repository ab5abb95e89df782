import { createHash } from "node:crypto";
import { formatIso } from "@/lib/format/time";
import { canonicalJson } from "@/lib/log/canonical";
import type { Json } from "@/lib/log/canonical";
import type { ProfileRules } from "@/lib/pki/types";
import type { ProfileRow } from "./profiles-repository";
import type { ProfileDto } from "./schema";

export function profileDto(row: ProfileRow, certificateCount: number): ProfileDto {
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    description: row.description,
    system: row.system,
    status: row.status as ProfileDto["status"],
    version: row.version,
    rules: row.rules,
    authorityId: row.authorityId,
    authoritySlug: row.authoritySlug,
    certificateCount,
    createdAt: formatIso(row.createdAt),
    changedAt: formatIso(row.changedAt),
  };
}

export const profileTarget = (row: Pick<ProfileRow, "id" | "slug">) => ({
  kind: "profile",
  id: row.id,
  label: row.slug,
});

/** Rules as one canonical text: the same whatever a database does to the order of their members. */
export function rulesText(rules: ProfileRules): string {
  return canonicalJson(rules as unknown as Json);
}

export function rulesSha256(rules: ProfileRules): string {
  return createHash("sha256").update(rulesText(rules)).digest("hex");
}
