import { issuesAcmeNames } from "@/lib/enrollment/usable-profiles";
import { AppError } from "@/lib/errors/app-error";
import type { Identity } from "@/lib/identities/read-identities";
import { systemActor, type Actor } from "@/lib/access/actor";
import { listProfiles, type Profile } from "@/lib/profiles/read-profiles";
import type { Deps } from "@/lib/runtime/deps";
import type { AuthenticatedAccount } from "./types";
import { malformed } from "./parse-jws";

/** The profile of orders that name none, where what bound the account leaves the choice. */
const usualProfile = "tls-server";

/**
 * The profile of an order by its slug: that of its directory, or the one that it names (ACME
 * profiles), or the first that the account may use. Errors: `acme.invalid-profile`, `acme.malformed`.
 */
export function chooseSlug(
  account: AuthenticatedAccount,
  named: unknown,
  pathProfile: string | null,
): string {
  if (named !== undefined && typeof named !== "string")
    throw malformed("profile must be a string.");
  const isOther = named !== undefined && pathProfile !== null && named !== pathProfile;
  if (isOther) throw invalid(named, "This directory is for another profile.");
  const slug = named ?? pathProfile ?? account.profiles[0] ?? usualProfile;
  if (account.profiles.length > 0 && !account.profiles.includes(slug))
    throw invalid(
      slug,
      `What this account was created with is for ${account.profiles.join(", ")} alone.`,
    );
  return slug;
}

/** The profile that was found by this slug, if identities of this kind can use it. Errors: `acme.invalid-profile`. */
export function usableProfile(profile: Profile | null, slug: string, kind: string): Profile {
  if (profile === null || profile.slug !== slug || !isOffered(profile))
    throw invalid(slug, "Identities can't use it for themselves, or there is no such profile.");
  if (!isFor(profile, { kind })) throw invalid(slug, `It isn't for a ${kind}.`);
  return profile;
}

const invalid = (slug: string, why: string): AppError =>
  new AppError("acme.invalid-profile", `The profile ${slug.slice(0, 48)} can't be used. ${why}`);

type Offer = Readonly<{
  system: boolean;
  status: string;
  rules: Readonly<{ selfService: boolean; san: Readonly<{ types: readonly string[] }> }>;
}>;
const isOffered = ({ system, status, rules }: Offer): boolean =>
  !system && status === "active" && rules.selfService && issuesAcmeNames(rules);

const isFor = (
  { rules }: Readonly<{ rules: Readonly<{ identityKinds: readonly string[] }> }>,
  { kind }: Pick<Identity, "kind">,
): boolean => rules.identityKinds.includes(kind);

/** The profiles that ACME accounts of this identity can use. Errors: `forbidden`. */
export async function listProfilesFor(
  deps: Pick<Deps, "db">,
  actor: Actor,
  identity: Pick<Identity, "kind">,
): Promise<readonly Readonly<{ slug: string; name: string }>[]> {
  const { items } = await listProfiles(deps, actor);
  return items
    .filter((profile) => isOffered(profile) && isFor(profile, identity))
    .map(({ slug, name }) => ({ slug, name }));
}

/** What the directory lists in `meta.profiles`: slugs with their descriptions. */
export async function listAcmeProfiles(
  deps: Pick<Deps, "db">,
): Promise<Readonly<Record<string, string>>> {
  const { items } = await listProfiles(deps, systemActor("acme", "directory"));
  return Object.fromEntries(
    items.filter(isOffered).map(({ slug, name, description }) => [slug, description || name]),
  );
}
