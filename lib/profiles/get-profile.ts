import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { noSuchProfile } from "./find-profile";
import { profileDto } from "./profile-dto";
import { countCertificatesOfProfile, findProfileRow } from "./profiles-repository";
import type { ProfileDto } from "./schema";

/** By id or slug. Errors: `profile.not-found`. */
export async function getProfile(
  deps: Pick<Deps, "db">,
  actor: Actor,
  ref: string,
): Promise<ProfileDto> {
  authorize(actor, "profiles.read");
  const row = await findProfileRow(deps.db, ref);
  if (!row) throw noSuchProfile();
  return profileDto(row, await countCertificatesOfProfile(deps.db, row.id));
}
