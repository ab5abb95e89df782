import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { AppError } from "@/lib/errors/app-error";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import type { Recorded } from "@/lib/log/record/recorded";
import type { Deps } from "@/lib/runtime/deps";
import { countUndecidedShares, findOrganizationBinding, markEnforced } from "./binding-repository";
import { findUnbound } from "./find-unbound";
import type { EnforceInput, NameBindingDto } from "./schema";

/** Whether names are enforced, and what stops when they are. */
export async function getNameBinding(
  deps: Pick<Deps, "db" | "clock">,
  actor: Actor,
): Promise<NameBindingDto> {
  authorize(actor, "identities.read");
  const [organization, unbound, conflicts] = await Promise.all([
    findOrganizationBinding(deps.db),
    findUnbound(deps),
    countUndecidedShares(deps.db),
  ]);
  return {
    binding: organization?.binding ?? "enforced",
    unbound: unbound.items,
    unboundCount: unbound.count,
    conflicts,
  };
}

const alreadyEnforced = (): AppError =>
  new AppError("name.binding", "Names are enforced already, so there is nothing to do.");

/**
 * From now on, a certificate with a name that its identity doesn't hold is refused. It can't be
 * undone. Administrators alone. Errors: `name.binding` if names are enforced already, or if more or
 * fewer certificates than `unbound` are concerned.
 */
export async function enforceNames(
  deps: Pick<Deps, "db" | "clock" | "recorder">,
  actor: Actor,
  input: EnforceInput,
): Promise<Recorded<NameBindingDto>> {
  authorize(actor, "names.manage");
  const organization = await findOrganizationBinding(deps.db);
  if (organization?.binding === "enforced") throw alreadyEnforced();
  const { unboundCount, conflicts } = await getNameBinding(deps, actor);
  if (unboundCount !== input.unbound)
    throw new AppError(
      "name.binding",
      `${unboundCount} certificates carry names that are not held, not ${input.unbound}. Look at the list again.`,
    );
  const { entryId } = await auditedTransaction(deps.recorder, actor, async (tx) => {
    if (organization === null || !(await markEnforced(tx, organization.id)))
      throw alreadyEnforced();
    return {
      result: null,
      entries: [
        {
          action: "names.enforced",
          outcome: "success",
          target: { kind: "organization", id: organization.id, label: organization.name },
          details: { unbound: unboundCount, conflicts, comment: input.comment },
        },
      ],
    };
  });
  return { result: await getNameBinding(deps, actor), entryId };
}
