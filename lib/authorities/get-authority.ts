import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import { AppError } from "@/lib/errors/app-error";
import { findAuthorityRow } from "./authorities-repository";
import { describeAuthorities } from "./describe-authorities";
import type { ReadDeps } from "./describe-authorities";
import type { AuthorityDto } from "./schema";

/** By id or slug. Errors: `authority.not-found`. */
export async function getAuthority(
  deps: ReadDeps,
  actor: Actor,
  ref: string,
): Promise<AuthorityDto> {
  authorize(actor, "authorities.read");
  const row = await findAuthorityRow(deps.db, ref);
  const [dto] = row ? await describeAuthorities(deps, [row]) : [];
  if (!dto)
    throw new AppError("authority.not-found", "There is no such authority.", { kind: "not-found" });
  return dto;
}
