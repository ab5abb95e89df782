import type { Actor } from "@/lib/auth/actor";
import { canonicalNetworks } from "@/lib/custody/network-list";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { auditedTransaction } from "@/lib/log/audited-transaction";
import { refuseTakenName } from "./create-identity";
import { noSuchIdentity } from "./find-identity";
import { getIdentity } from "./get-identity";
import { lockIdentity, updateIdentityRow } from "./identities-repository";
import type { IdentityRow } from "./identities-repository";
import { identityTarget, networksText } from "./identity-dto";
import type { IdentityChange, IdentityDto } from "./schema";

/** Chancery's own identities serve its authorities and its own certificates; nobody edits them. */
export function refuseSystemIdentity(row: IdentityRow): void {
  if (row.kind === "system")
    throw new AppError(
      "identity.system",
      "This identity belongs to Chancery itself and cannot be changed.",
      { kind: "conflict" },
    );
}

function changesOf(
  row: IdentityRow,
  change: IdentityChange,
  networks: readonly string[] | undefined,
): Record<string, { from: string; to: string }> {
  const changes: Record<string, { from: string; to: string }> = {};
  for (const field of ["name", "owner", "note"] as const) {
    const to = change[field];
    if (to !== undefined && to !== row[field]) changes[field] = { from: row[field], to };
  }
  const [from, to] = [networksText(row.networks), networksText(networks ?? row.networks)];
  return from === to ? changes : { ...changes, networks: { from, to } };
}

/** Changes name, owner, note or networks; these count from the next request on. Errors: `identity.not-found`, `identity.exists`, `identity.system`, `network.invalid`. */
export async function updateIdentity(
  deps: Pick<Deps, "db" | "clock" | "random">,
  actor: Actor,
  id: string,
  input: IdentityChange,
): Promise<IdentityDto> {
  authorize(actor, "identities.write");
  const now = deps.clock.now(),
    { networks: given, ...rest } = input,
    networks = given && canonicalNetworks(given);
  const run = () =>
    auditedTransaction(deps, actor, async (tx) => {
      const row = await lockIdentity(tx, id);
      if (!row) throw noSuchIdentity();
      refuseSystemIdentity(row);
      const changes = changesOf(row, rest, networks);
      if (Object.keys(changes).length > 0) {
        await updateIdentityRow(tx, id, {
          name: rest.name ?? row.name,
          owner: rest.owner ?? row.owner,
          note: rest.note ?? row.note,
          networks: networks ?? row.networks,
          changedAt: now,
        });
      }
      return {
        result: row.kind,
        entries: [
          {
            action: "identity.updated",
            outcome: "success",
            target: identityTarget(row),
            details: { changes },
          },
        ],
      };
    });
  const { entryIds } = await run().catch((error: unknown) =>
    refuseTakenName(error, "an identity of this kind", input.name ?? ""),
  );
  return { ...(await getIdentity(deps, actor, id)), entryId: entryIds[0] ?? "" };
}
