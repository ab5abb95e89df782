import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { findOrganizationName } from "./authorities-repository";
import { finishAuthority } from "./finish-authority";
import { getAuthority } from "./get-authority";
import { loadIssuer } from "./load-issuer";
import type { Issuer } from "./load-issuer";
import { beginAuthority } from "./plan-authority";
import { publishCrl } from "./publish-crl";
import type { AuthorityDto, AuthorityInput } from "./schema";
import { authoritySlug } from "./schema";

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
    "No address can be made of this name. Give a slug of lower-case letters, digits and hyphens.";
  throw new AppError("authority.slug", message, {
    findings: [{ code: "authority.slug", path: "slug", message }],
  });
}

async function parentOf(
  deps: Pick<Deps, "db" | "clock">,
  parentId: string | null,
): Promise<Issuer | null> {
  if (parentId === null) return null;
  const parent = await loadIssuer(deps, parentId, true);
  if (parent?.status === "active") return parent;
  const message = parent
    ? `The authority ${parent.slug} is not active.`
    : "There is no such authority.";
  throw new AppError("authority.parent", message, {
    findings: [{ code: "authority.parent", path: "parentId", message }],
  });
}

/**
 * Makes an authority, a root or below another, signs its certificate and publishes its first CRL. A crash in between leaves it pending, and
 * the next start finishes it. Errors: `authority.refused` with every reason, `authority.exists`, `authority.parent`, those of the signer.
 */
export async function createAuthority(
  deps: Deps,
  actor: Actor,
  input: AuthorityInput,
): Promise<AuthorityDto> {
  authorize(actor, "authorities.create");
  const parent = await parentOf(deps, input.parentId);
  const organization = await findOrganizationName(deps.db);
  if (organization === null)
    throw new AppError(
      "setup.incomplete",
      "Finish the setup first: an authority carries the organisation's name.",
      { kind: "conflict" },
    );
  const { name, keyAlgorithm, validityYears, pathLength } = input;
  const { authorityId } = await beginAuthority(deps, actor, {
    name,
    slug: input.slug ?? slugOf(name),
    organization,
    parent,
    keyAlgorithm,
    validityYears,
    pathLength,
  });
  const entryId = await finishAuthority(deps, actor, authorityId);
  await publishCrl(deps, authorityId);
  return { ...(await getAuthority(deps, actor, authorityId)), entryId: entryId ?? "" };
}
