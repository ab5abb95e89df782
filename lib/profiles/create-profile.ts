import type { Recorded } from "@/lib/log/record/recorded";
import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { AppError } from "@/lib/errors/app-error";
import { newId } from "@/lib/format/ids";
import { auditedTransaction, uniqueViolation } from "@/lib/log/record/audited-transaction";
import type { NewEntry } from "@/lib/log/types";
import { systemRules } from "@/lib/pki/system-rules";
import type { ProfileRules } from "@/lib/pki/types";
import type { Deps } from "@/lib/runtime/deps";
import { profileDto, profileTarget, versionDetails } from "./profile-dto";
import { findIssuingAuthority, insertProfile, insertProfileVersion } from "./profile-repository";
import type { ProfileDto, ProfileInput } from "./schema";

/** The authority that a profile issues from, by id or slug. Errors: `profile.authority`. */
export async function getIssuingAuthority(
  deps: Pick<Deps, "db">,
  ref: string,
): Promise<{ id: string; slug: string }> {
  const authority = await findIssuingAuthority(deps.db, ref);
  if (authority?.kind === "issuing" && authority.status === "active") return authority;
  const message = authority
    ? `The CA ${authority.slug} can't issue certificates from profiles. Choose an active issuing CA.`
    : "CA not found. Choose an active issuing CA.";
  throw new AppError("profile.authority", message, {
    findings: [{ code: "profile.authority", path: "authority", message }],
  });
}

type NewProfile = Readonly<{
  slug: string;
  name: string;
  description: string;
  system: boolean;
  authority: { id: string; slug: string } | null;
  rules: ProfileRules;
}>;

/**
 * Stores version 1 of a profile with its entry. For `createProfile` and the setup, which authorize
 * by themselves. Errors: `profile.exists`.
 */
export async function addProfile(
  deps: Pick<Deps, "clock" | "random" | "recorder">,
  actor: Actor,
  profile: NewProfile,
): Promise<Recorded<ProfileDto>> {
  const now = deps.clock.now();
  const { authority, ...rest } = profile;
  const row = {
    ...rest,
    id: newId("prf", now, deps.random.bytes),
    status: "active",
    version: 1,
    authorityId: authority?.id ?? null,
    createdAt: now,
    changedAt: now,
  };
  const version = { ...row, profileId: row.id };
  const details = {
    slug: row.slug,
    name: row.name,
    description: row.description,
    ...versionDetails(version),
  };
  const digest = details.versionSha256;
  const id = newId("ent", now, deps.random.bytes);
  const entry: NewEntry = {
    id,
    action: "profile.created",
    outcome: "success",
    target: profileTarget(row),
    details,
  };
  try {
    const { entryId } = await auditedTransaction(deps.recorder, actor, async (tx) => {
      await insertProfile(tx, row);
      await insertProfileVersion(tx, { ...version, digest, entryId: id, createdAt: now });
      return { result: null, entries: [entry] };
    });
    return { result: profileDto({ ...row, authoritySlug: authority?.slug ?? null }, 0), entryId };
  } catch (error) {
    if (uniqueViolation(error) === null) throw error;
    throw slugTaken(`A profile with the slug ${row.slug} already exists.`, error);
  }
}

function slugTaken(what: string, cause?: unknown): AppError {
  const message = `${what} Choose another slug.`;
  const findings = [{ code: "profile.exists", path: "slug", message }];
  return new AppError("profile.exists", message, { findings, cause });
}

/**
 * Creates a profile that issues from an active issuing authority. Errors: `profile.exists`, also for
 * the slugs of Chancery's own profiles, and `profile.authority`.
 */
export async function createProfile(
  deps: Pick<Deps, "db" | "clock" | "random" | "recorder">,
  actor: Actor,
  input: ProfileInput,
): Promise<Recorded<ProfileDto>> {
  authorize(actor, "profiles.write");
  const { authority, ...rest } = input;
  if (Object.hasOwn(systemRules, rest.slug))
    throw slugTaken(`The slug ${rest.slug} is that of one of Chancery's own profiles.`);
  return addProfile(deps, actor, {
    ...rest,
    system: false,
    authority: await getIssuingAuthority(deps, authority),
  });
}
