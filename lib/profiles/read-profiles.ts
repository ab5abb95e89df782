import type { AnyActor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { AppError } from "@/lib/errors/app-error";
import type { Deps } from "@/lib/runtime/deps";
import { profileDto } from "./profile-dto";
import {
  countCertificatesByProfile,
  countCertificatesOfProfile,
  findProfileRow,
  listProfileRows,
  type ProfileRow,
} from "./profile-repository";
import type { ProfileDto } from "./schema";

export type Profile = ProfileRow;

/** A profile by id or slug, for other use cases, which authorize by themselves. */
export async function findProfile(deps: Pick<Deps, "db">, ref: string): Promise<Profile | null> {
  return findProfileRow(deps.db, ref);
}

/** By id or slug. Errors: `profile.not-found`. */
export async function getProfile(
  deps: Pick<Deps, "db">,
  actor: AnyActor,
  ref: string,
): Promise<ProfileDto> {
  authorize(actor, "profiles.read");
  const row = await findProfileRow(deps.db, ref);
  if (!row) throw profileNotFound();
  return profileDto(row, await countCertificatesOfProfile(deps.db, row.id));
}

/** All profiles in one page, since there are few; Chancery's internal ones (`system`) come last. */
export async function listProfiles(
  deps: Pick<Deps, "db">,
  actor: AnyActor,
): Promise<{ items: readonly ProfileDto[]; nextCursor: null }> {
  authorize(actor, "profiles.read");
  const [rows, counts] = await Promise.all([
    listProfileRows(deps.db),
    countCertificatesByProfile(deps.db),
  ]);
  return { items: rows.map((row) => profileDto(row, counts.get(row.id) ?? 0)), nextCursor: null };
}

export type ProfileChoice = Omit<ProfileDto, "certificateCount">;

/**
 * The same for forms and filters, without counting certificates, which takes long where there are
 * many.
 */
export async function listProfileChoices(
  deps: Pick<Deps, "db">,
  actor: AnyActor,
): Promise<readonly ProfileChoice[]> {
  authorize(actor, "profiles.read");
  return (await listProfileRows(deps.db)).map((row) => {
    const { certificateCount: _none, ...choice } = profileDto(row, 0);
    return choice;
  });
}

export function profileNotFound(): AppError {
  return new AppError("profile.not-found", "Profile not found.");
}
