import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { countCertificatesOf, listIdentityRows } from "./identities-repository";
import { identityDto } from "./identity-dto";
import { identityQuery } from "./schema";
import type { IdentityList, IdentityQueryInput } from "./schema";

/** Identities, newest first, a page at a time. */
export async function listIdentities(
  deps: Pick<Deps, "db" | "clock">,
  actor: Actor,
  input: IdentityQueryInput = {},
): Promise<IdentityList> {
  authorize(actor, "identities.read");
  const query = identityQuery.parse(input);
  const rows = await listIdentityRows(deps.db, query, query.limit + 1);
  const shown = rows.slice(0, query.limit);
  const counts = await countCertificatesOf(
    deps.db,
    shown.map((row) => row.id),
    deps.clock.now(),
  );
  return {
    items: shown.map((row) => identityDto(row, counts.get(row.id))),
    nextCursor: rows.length > query.limit ? (shown.at(-1)?.id ?? null) : null,
  };
}
