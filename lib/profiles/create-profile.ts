import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { newId } from "@/lib/ids";
import { auditedTransaction, uniqueViolation } from "@/lib/log/audited-transaction";
import type { ProfileRules } from "@/lib/pki/types";
import { profileDto, profileTarget, rulesSha256 } from "./profile-dto";
import { findIssuingAuthority, insertProfile } from "./profiles-repository";
import type { ProfileDto, ProfileInput } from "./schema";

/** The authority that a profile names, if it may issue. Errors: `profile.authority`. */
export async function requireIssuer(
  deps: Pick<Deps, "db">,
  ref: string,
): Promise<{ id: string; slug: string }> {
  const authority = await findIssuingAuthority(deps.db, ref);
  if (authority?.kind === "issuing" && authority.status === "active") return authority;
  const message = authority
    ? `The authority ${authority.slug} does not issue certificates from profiles; choose an active issuing authority.`
    : "There is no such authority.";
  throw new AppError("profile.authority", message, {
    findings: [{ code: "profile.authority", path: "authority", message }],
  });
}

type Seed = Readonly<{
  slug: string;
  name: string;
  description: string;
  system: boolean;
  authority: { id: string; slug: string } | null;
  rules: ProfileRules;
}>;

/** Inserts version 1 of a profile with its entry. Errors: `profile.exists`. For the setup, which authorises itself, and for `createProfile`. */
export async function addProfile(
  deps: Pick<Deps, "db" | "clock" | "random">,
  actor: Actor,
  seed: Seed,
): Promise<ProfileDto> {
  const now = deps.clock.now(),
    { authority, ...rest } = seed;
  const row = {
    ...rest,
    id: newId("prf", now, deps.random.bytes),
    status: "active",
    version: 1,
    authorityId: authority?.id ?? null,
    createdAt: now,
    changedAt: now,
  };
  try {
    const { entryIds } = await auditedTransaction(deps, actor, async (tx) => {
      await insertProfile(tx, row);
      const details = { slug: row.slug, version: 1, rulesSha256: rulesSha256(row.rules) };
      return {
        result: null,
        entries: [
          { action: "profile.created", outcome: "success", target: profileTarget(row), details },
        ],
      };
    });
    return {
      ...profileDto({ ...row, authoritySlug: authority?.slug ?? null }, 0),
      entryId: entryIds[0] ?? "",
    };
  } catch (error) {
    if (uniqueViolation(error) === null) throw error;
    const message = `There is a profile named ${row.slug} already. Choose another slug.`;
    throw new AppError("profile.exists", message, {
      kind: "conflict",
      findings: [{ code: "profile.exists", path: "slug", message }],
      cause: error,
    });
  }
}

/** Makes a profile that issues from an active issuing authority. Errors: `profile.exists`, `profile.authority`. */
export async function createProfile(
  deps: Pick<Deps, "db" | "clock" | "random">,
  actor: Actor,
  input: ProfileInput,
): Promise<ProfileDto> {
  authorize(actor, "profiles.write");
  const { authority, ...rest } = input;
  return addProfile(deps, actor, {
    ...rest,
    system: false,
    authority: await requireIssuer(deps, authority),
  });
}
