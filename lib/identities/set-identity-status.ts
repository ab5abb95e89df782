import type { Recorded } from "@/lib/log/record/recorded";
import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import type { Deps } from "@/lib/runtime/deps";
import { identityTarget } from "./identity-dto";
import { lockIdentity, setIdentityStatus } from "./identity-repository";
import { requirePower } from "./power";
import { identityNotFound, getIdentity } from "./read-identities";
import type { IdentityDto, IdentityStatusInput } from "./schema";

type StatusDeps = Pick<Deps, "db" | "clock" | "recorder">;

async function setStatus(
  deps: StatusDeps,
  actor: Actor,
  id: string,
  status: "active" | "suspended",
  comment: string,
): Promise<Recorded<IdentityDto>> {
  authorize(actor, "identities.write");
  const now = deps.clock.now();
  const { entryId } = await auditedTransaction(deps.recorder, actor, async (tx) => {
    const row = await lockIdentity(tx, id);
    if (!row) throw identityNotFound();
    await requirePower(tx, actor, id, status === "active" ? "activate" : "suspend");
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
  return { result: await getIdentity(deps, actor, id), entryId };
}

/**
 * Suspends an identity: it gets no further certificates, and requests with those that it has are
 * denied. Their own status does not change. Repeating it changes nothing. Errors:
 * `identity.not-found`, `identity.system`, `identity.confers-power`.
 */
export async function suspendIdentity(
  deps: StatusDeps,
  actor: Actor,
  id: string,
  input: IdentityStatusInput,
): Promise<Recorded<IdentityDto>> {
  return setStatus(deps, actor, id, "suspended", input.comment);
}

/** Ends a suspension. Repeating it changes nothing. Errors as `suspendIdentity`. */
export async function activateIdentity(
  deps: StatusDeps,
  actor: Actor,
  id: string,
  input: IdentityStatusInput,
): Promise<Recorded<IdentityDto>> {
  return setStatus(deps, actor, id, "active", input.comment);
}
