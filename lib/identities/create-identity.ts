import { canonicalNetworks } from "@/lib/custody/network-list";
import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { newId } from "@/lib/ids";
import { auditedTransaction, uniqueViolation } from "@/lib/log/audited-transaction";
import { insertIdentity } from "./identities-repository";
import type { IdentityRow } from "./identities-repository";
import { identityDto, identityTarget, networksText } from "./identity-dto";
import type { IdentityDto, IdentityInput } from "./schema";

/** What happens when a name is taken: the same words wherever an identity gets its name. */
export function refuseTakenName(error: unknown, kind: string, name: string): never {
  if (uniqueViolation(error) === null) throw error;
  const message = `There is a ${kind} named ${name} already. Use it, or choose another name.`;
  throw new AppError("identity.exists", message, {
    kind: "conflict",
    findings: [{ code: "identity.exists", path: "name", message }],
    cause: error,
  });
}

async function addIdentity(
  deps: Pick<Deps, "db" | "clock" | "random">,
  actor: Actor,
  input: Pick<IdentityRow, "kind" | "name" | "owner" | "note" | "networks">,
): Promise<IdentityDto> {
  const now = deps.clock.now();
  const row = {
    ...input,
    id: newId("idn", now, deps.random.bytes),
    status: "active",
    createdAt: now,
    changedAt: now,
  };
  const { entryIds } = await auditedTransaction(deps, actor, async (tx) => {
    await insertIdentity(tx, row);
    return {
      result: null,
      entries: [
        {
          action: "identity.created",
          outcome: "success",
          target: identityTarget(row),
          details: {
            kind: row.kind,
            owner: row.owner,
            ...(row.networks.length === 0 ? {} : { networks: networksText(row.networks) }),
          },
        },
      ],
    };
  }).catch((error: unknown) => refuseTakenName(error, input.kind, input.name));
  return { ...identityDto(row, undefined), entryId: entryIds[0] ?? "" };
}

/** Makes an identity: the one person, service or device that certificates are bound to. Errors: `identity.exists`, `network.invalid`. */
export async function createIdentity(
  deps: Pick<Deps, "db" | "clock" | "random">,
  actor: Actor,
  input: Omit<IdentityInput, "networks"> & Partial<Pick<IdentityInput, "networks">>,
): Promise<IdentityDto> {
  authorize(actor, "identities.write");
  return addIdentity(deps, actor, { ...input, networks: canonicalNetworks(input.networks ?? []) });
}

/** Makes one of Chancery's own identities; only the setup does. */
export async function addSystemIdentity(
  deps: Pick<Deps, "db" | "clock" | "random">,
  actor: Actor,
  name: string,
): Promise<IdentityDto> {
  return addIdentity(deps, actor, {
    kind: "system",
    name,
    owner: "Chancery",
    note: "",
    networks: [],
  });
}
