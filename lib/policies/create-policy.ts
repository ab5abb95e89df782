import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { newId } from "@/lib/ids";
import { auditedTransaction, uniqueViolation } from "@/lib/log/audited-transaction";
import { checkRules } from "./check-rules";
import { insertPolicy } from "./policies-repository";
import { policyDto, policyTarget, rulesSha256 } from "./policy-dto";
import type { PolicyDto, PolicyInput } from "./schema";

/** Makes the policy of a service, which counts at once. Errors: `policy.exists`, `policy.rules` with findings by path. */
export async function createPolicy(
  deps: Pick<Deps, "db" | "clock" | "random" | "source">,
  actor: Actor,
  input: PolicyInput,
): Promise<PolicyDto> {
  authorize(actor, "policies.write");
  const rules = await checkRules(deps, input.rules),
    now = deps.clock.now();
  const row = {
    ...input,
    rules,
    id: newId("pol", now, deps.random.bytes),
    status: "active",
    version: 1,
    createdAt: now,
    changedAt: now,
  };
  try {
    const { entryIds } = await auditedTransaction(deps, actor, async (tx) => {
      await insertPolicy(tx, row);
      return {
        result: null,
        entries: [
          {
            action: "policy.created",
            outcome: "success",
            target: policyTarget(row),
            details: { service: row.service, version: 1, rulesSha256: rulesSha256(rules) },
          },
        ],
      };
    });
    return { ...policyDto(row), entryId: entryIds[0] ?? "" };
  } catch (error) {
    if (uniqueViolation(error) === null) throw error;
    const message = `The service ${row.service} has a policy already. Change that one, or choose another name.`;
    throw new AppError("policy.exists", message, {
      kind: "conflict",
      findings: [{ code: "policy.exists", path: "service", message }],
      cause: error,
    });
  }
}
