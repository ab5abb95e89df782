import type { MaybeRecorded } from "@/lib/log/record/recorded";
import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { findIssuer, type Issuer } from "@/lib/authorities/find-issuer";
import { publishCrl } from "@/lib/authorities/publish-crl";
import { getAuthority } from "@/lib/authorities/read-authorities";
import { authoritySlug, type AuthorityDto, type AuthorityInput } from "@/lib/authorities/schema";
import { AppError, isAppError } from "@/lib/errors/app-error";
import type { EntryId } from "@/lib/format/ids";
import type { Deps } from "@/lib/runtime/deps";
import { activateAuthority } from "./activate-authority";
import { findOrganizationName } from "./authority-plan-repository";
import { createPendingAuthority } from "./create-pending-authority";

/**
 * Creates a root or a subordinate authority. Its certificate waits for the confirmation of the
 * host's operator (`chancery confirm`), and until then the authority is pending; if it is confirmed
 * already, it is signed, and the first CRL is published. If a crash interrupts this, the authority
 * stays pending and the next start finishes it. Errors:
 * `authority.refused` with every reason, `authority.exists`, `authority.slug`, `authority.parent`,
 * `setup.incomplete`, those of the signer.
 */
export async function createAuthority(
  deps: Deps,
  actor: Actor,
  input: AuthorityInput,
): Promise<MaybeRecorded<AuthorityDto>> {
  authorize(actor, "authorities.create");
  const { name, keyAlgorithm, validityYears, pathLength } = input;
  const parent = await getParent(deps, input.parentId);
  const organization = await findOrganizationName(deps.db);
  if (organization === null)
    throw new AppError(
      "setup.incomplete",
      "Finish the setup first. A CA's subject contains the organization's name.",
    );
  const { authorityId, entryId: createdEntryId } = await createPendingAuthority(deps, actor, {
    name,
    slug: input.slug ?? slugOf(name),
    organization,
    parent,
    keyAlgorithm,
    validityYears,
    pathLength,
  });
  const activated = await activateIfConfirmed(deps, actor, authorityId);
  return {
    result: await getAuthority(deps, actor, authorityId),
    entryId: activated ? activated.entryId : createdEntryId,
  };
}

async function activateIfConfirmed(
  deps: Deps,
  actor: Actor,
  authorityId: string,
): Promise<Readonly<{ entryId: EntryId | null }> | null> {
  try {
    const entryId = await activateAuthority(deps, actor, authorityId);
    await publishCrl(deps, authorityId);
    return { entryId };
  } catch (error) {
    if (isAppError(error) && error.code === "signer.unconfirmed") return null;
    throw error;
  }
}

async function getParent(
  deps: Pick<Deps, "db" | "clock">,
  parentId: string | null,
): Promise<Issuer | null> {
  if (parentId === null) return null;
  const parent = await findIssuer(deps, parentId, true);
  if (parent?.status === "active") return parent;
  const message = parent
    ? `The CA ${parent.slug} is not active. Choose an active CA.`
    : "CA not found. Choose an existing CA, or none for a root.";
  throw new AppError("authority.parent", message, {
    findings: [{ code: "authority.parent", path: "parentId", message }],
  });
}

function slugOf(name: string): string {
  const slug = name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 48)
    .replace(/-+$/, "");
  const parsed = authoritySlug.safeParse(slug);
  if (parsed.success) return parsed.data;
  const message =
    "This name can't be turned into a slug. Enter a slug of lowercase letters, digits, and hyphens.";
  throw new AppError("authority.slug", message, {
    findings: [{ code: "authority.slug", path: "slug", message }],
  });
}
