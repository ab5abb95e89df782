import type { Recorded } from "@/lib/log/record/recorded";
import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { AppError } from "@/lib/errors/app-error";
import { newId } from "@/lib/format/ids";
import { auditedTransaction, uniqueViolation } from "@/lib/log/record/audited-transaction";
import type { Deps } from "@/lib/runtime/deps";
import { checkRules } from "./check-rules";
import { policyDto, policyTarget, rulesSha256 } from "./policy-dto";
import { insertPolicy } from "./policy-repository";
import type { PolicyDto, PolicyInput } from "./schema";

/**
 * Makes the policy of a service, which counts at once. Errors: `policy.exists`, `policy.rules` with
 * findings by path.
 */
export async function createPolicy(
  deps: Pick<Deps, "db" | "clock" | "random" | "recorder">,
  actor: Actor,
  input: PolicyInput,
): Promise<Recorded<PolicyDto>> {
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
    const { entryId } = await auditedTransaction(deps.recorder, actor, async (tx) => {
      await insertPolicy(tx, row);
      return {
        result: null,
        entries: [
          {
            action: "policy.created",
            outcome: "success",
            target: policyTarget(row),
            details: {
              service: row.service,
              version: 1,
              rulesSha256: rulesSha256(rules),
              name: row.name,
              description: row.description,
            },
          },
        ],
      };
    });
    return { result: policyDto(row), entryId };
  } catch (error) {
    if (uniqueViolation(error) === null) throw error;
    const message = `The service ${row.service} has a policy already. Change that one, or choose another name.`;
    throw new AppError("policy.exists", message, {
      findings: [{ code: "policy.exists", path: "service", message }],
      cause: error,
    });
  }
}
