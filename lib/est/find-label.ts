import { AppError } from "@/lib/errors/app-error";
import { findProfile, type Profile } from "@/lib/profiles/read-profiles";
import type { Deps } from "@/lib/runtime/deps";

/**
 * The profile whose slug is the label of an EST address (RFC 7030 section 3.2.2). Errors:
 * `est.unknown-label`.
 */
export async function findLabel(deps: Pick<Deps, "db">, label: string): Promise<Profile> {
  const profile = await findProfile(deps, label);
  if (profile === null || profile.system || profile.slug !== label)
    throw new AppError(
      "est.unknown-label",
      `There is no profile ${label}. The label of an EST address is the slug of a profile.`,
    );
  return profile;
}
