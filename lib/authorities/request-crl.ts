import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { AppError } from "@/lib/errors/app-error";
import { recordEntry } from "@/lib/log/record/record-entry";
import type { Recorded } from "@/lib/log/record/recorded";
import type { Deps } from "@/lib/runtime/deps";
import { authorityTarget } from "./authority-dto";
import { publishCrl } from "./publish-crl";
import { findAuthority, getAuthority } from "./read-authorities";
import type { AuthorityDto } from "./schema";

type CrlDeps = Pick<Deps, "db" | "clock" | "random" | "recorder" | "signer" | "publicUrl">;

/**
 * Publishes the next CRL of an authority now instead of when it is due. Who asked is recorded first;
 * the CRL has its own entry. Errors: `authority.not-found`, `authority.not-active`, those of
 * publishing.
 */
export async function requestCrl(
  deps: CrlDeps,
  actor: Actor,
  ref: string,
): Promise<Recorded<AuthorityDto>> {
  authorize(actor, "authorities.publish");
  const authority = await findAuthority(deps, ref);
  if (authority === null) throw new AppError("authority.not-found", "CA not found.");
  if (authority.status === "pending")
    throw new AppError("authority.not-active", "This CA is not active, so it has no CRL.");
  const { entryId } = await recordEntry(deps.recorder, actor, {
    action: "crl.requested",
    outcome: "success",
    target: authorityTarget(authority),
    details: { slug: authority.slug },
  });
  await publishCrl(deps, authority.id);
  return { result: await getAuthority(deps, actor, authority.id), entryId };
}
