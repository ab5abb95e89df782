import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { auditedTransaction } from "@/lib/log/audited-transaction";
import { noSuchIdentity } from "./find-identity";
import { getIdentity } from "./get-identity";
import { lockIdentity, setIdentityStatus } from "./identities-repository";
import { identityTarget } from "./identity-dto";
import type { IdentityDto, IdentityStatusInput } from "./schema";
import { refuseSystemIdentity } from "./update-identity";

type StatusDeps = Pick<Deps, "db" | "clock" | "random">;

async function setStatus(
  deps: StatusDeps,
  actor: Actor,
  id: string,
  status: "active" | "suspended",
  comment: string,
): Promise<IdentityDto> {
  authorize(actor, "identities.write");
  const now = deps.clock.now();
  const { entryIds } = await auditedTransaction(deps, actor, async (tx) => {
    const row = await lockIdentity(tx, id);
    if (!row) throw noSuchIdentity();
    refuseSystemIdentity(row);
    const changed = await setIdentityStatus(tx, id, status, now);
    const action = status === "active" ? "identity.activated" : "identity.suspended";
    return {
      result: null,
      entries: [
        {
          action,
          outcome: "success",
          ...(changed ? {} : { reason: "no-change" }),
          target: identityTarget(row),
          details: { comment },
        },
      ],
    };
  });
  return { ...(await getIdentity(deps, actor, id)), entryId: entryIds[0] ?? "" };
}

/** From now on it gets no certificate; those that it has keep their status. Asking twice changes nothing. Errors: `identity.not-found`, `identity.system`. */
export async function suspendIdentity(
  deps: StatusDeps,
  actor: Actor,
  id: string,
  input: IdentityStatusInput,
): Promise<IdentityDto> {
  return setStatus(deps, actor, id, "suspended", input.comment);
}

/** Ends a suspension. Asking twice changes nothing. Errors: `identity.not-found`, `identity.system`. */
export async function activateIdentity(
  deps: StatusDeps,
  actor: Actor,
  id: string,
  input: IdentityStatusInput,
): Promise<IdentityDto> {
  return setStatus(deps, actor, id, "active", input.comment);
}
