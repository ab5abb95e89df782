import type { Actor } from "@/lib/auth/actor";
import { assertOwns, authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { noSuchIdentity } from "./find-identity";
import { countCertificatesOf, findIdentityRow } from "./identities-repository";
import { identityDto } from "./identity-dto";
import type { IdentityDto } from "./schema";

/** Errors: `identity.not-found`. */
export async function getIdentity(
  deps: Pick<Deps, "db" | "clock">,
  actor: Actor,
  id: string,
): Promise<IdentityDto> {
  assertOwns(actor, authorize(actor, "identities.read"), id, "identity");
  const row = await findIdentityRow(deps.db, id);
  if (!row) throw noSuchIdentity();
  return identityDto(row, (await countCertificatesOf(deps.db, [id], deps.clock.now())).get(id));
}
