import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { profileDto } from "./profile-dto";
import { countCertificatesByProfile, listProfileRows } from "./profiles-repository";
import type { ProfileDto } from "./schema";

/** All profiles: those for people first, Chancery's own (`system`) last. There are few, so they come at once. */
export async function listProfiles(
  deps: Pick<Deps, "db">,
  actor: Actor,
): Promise<{ items: readonly ProfileDto[]; nextCursor: null }> {
  authorize(actor, "profiles.read");
  const [rows, counts] = await Promise.all([
    listProfileRows(deps.db),
    countCertificatesByProfile(deps.db),
  ]);
  return { items: rows.map((row) => profileDto(row, counts.get(row.id) ?? 0)), nextCursor: null };
}
