import { getAuthority } from "@/lib/authorities/read-authorities";
import { sha256Hex } from "@/lib/format/hash";
import { newId } from "@/lib/format/ids";
import { profileVersionText } from "@/lib/log/pure/profile-version";
import type { ProfileRules } from "@/lib/pki/types";
import { findProfile } from "@/lib/profiles/read-profiles";
import type { Deps } from "@/lib/runtime/deps";
import { adminActor } from "@/testing/actors";
import { changeAsApplication } from "./forge-plan";

type ForgedVersion = Readonly<{
  /** The slug that the version claims, of whatever profile. */
  slug: string;
  /** Whether it claims to be one of Chancery's own. */
  system?: boolean;
  /** The slug of its CA. */
  authority: string;
  rules?: Partial<ProfileRules>;
}>;

/**
 * Another version of a profile, as the application's role can make it past every use case; its
 * number.
 */
export async function forgeProfileVersion(
  deps: Deps,
  profile: string,
  { slug, system = false, authority, rules = {} }: ForgedVersion,
): Promise<number> {
  const found = await findProfile(deps, profile);
  const issuer = await getAuthority(deps, adminActor(), authority);
  if (!found) throw new Error(`there is no profile ${profile}`);
  const { id, version, storedRules } = found;
  const next = {
    profileId: id,
    version: version + 1,
    slug,
    system,
    authorityId: issuer.id,
    rules: { ...storedRules, ...rules },
  };
  const entryId = newId("ent", deps.clock.now(), deps.random.bytes);
  const versionSha256 = sha256Hex(profileVersionText(next));
  const details = { version: next.version, rulesSha256: "", versionSha256, changes: {} };
  const target = { kind: "profile", id, label: profile };
  await changeAsApplication(
    deps,
    [{ id: entryId, action: "profile.updated", outcome: "success", target, details }],
    ["update profile set version = $2 where id = $1", id, next.version],
    [
      `insert into profile_version (profile_id, version, slug, system, authority_id, rules, digest, entry_id, created_at)
       values ($1, $2, $3, $4, $5, $6::jsonb, $7, $8, now())`,
      id,
      next.version,
      slug,
      system,
      issuer.id,
      JSON.stringify(next.rules),
      versionSha256,
      entryId,
    ],
  );
  return next.version;
}
