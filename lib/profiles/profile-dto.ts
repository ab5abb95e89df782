import { sha256Hex } from "@/lib/format/hash";
import { formatIso } from "@/lib/format/time";
import { canonicalJson, type Json } from "@/lib/log/pure/canonical";
import { profileVersionText, type ProfileVersion } from "@/lib/log/pure/profile-version";
import type { ProfileRow } from "./profile-repository";
import type { ProfileDto } from "./schema";
import type { StoredRules } from "@/lib/pki/stored-rules";

export function profileDto(
  row: Omit<ProfileRow, "storedRules">,
  certificateCount: number,
): ProfileDto {
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

/** Rules as canonical JSON, so that equal rules have equal text whatever the order of members. */
export function rulesText(rules: StoredRules): string {
  return canonicalJson(rules as unknown as Json);
}

/** What an entry says of a version: its number, and the digests of its rules and of all of it. */
export const versionDetails = (version: ProfileVersion & Readonly<{ rules: StoredRules }>) => ({
  version: version.version,
  rulesSha256: sha256Hex(rulesText(version.rules)),
  versionSha256: sha256Hex(profileVersionText(version)),
});
