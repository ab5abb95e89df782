import type { Recorded } from "@/lib/log/record/recorded";
import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { AppError } from "@/lib/errors/app-error";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import type { Deps } from "@/lib/runtime/deps";
import { checkRules } from "./check-rules";
import { noSuchPolicy, policyTarget, rulesSha256, rulesText } from "./policy-dto";
import { findPolicyRow, type PolicyRow, updatePolicyRow } from "./policy-repository";
import { getPolicy } from "./read-policies";
import type { PolicyChange, PolicyDto, PolicyRule } from "./schema";

const changedMeanwhile = (): AppError =>
  new AppError(
    "policy.changed-meanwhile",
    "This policy was changed by another user. Reload it and repeat your change.",
  );

function changesOf(
  row: PolicyRow,
  input: PolicyChange,
  rules: readonly PolicyRule[] | undefined,
): Record<string, { from: string; to: string }> {
  const changes: Record<string, { from: string; to: string }> = {};
  for (const field of ["name", "description", "status"] as const) {
    const to = input[field];
    if (to !== undefined && to !== row[field]) changes[field] = { from: row[field], to };
  }
  if (rules !== undefined && rulesText(rules) !== rulesText(row.rules))
    changes["rules"] = { from: rulesText(row.rules), to: rulesText(rules) };
  return changes;
}

/**
 * Changes a policy and counts its version up; the next request on every node is decided by it. A
 * retired one allows nothing and keeps its rules. Errors: `policy.not-found`, `policy.rules` with
 * findings by path, `policy.changed-meanwhile` (also when `version` is not the current one).
 */
export async function updatePolicy(
  deps: Pick<Deps, "db" | "clock" | "recorder">,
  actor: Actor,
  ref: string,
  input: PolicyChange,
): Promise<Recorded<PolicyDto>> {
  authorize(actor, "policies.write");
  const row = await findPolicyRow(deps.db, ref);
  if (!row) throw noSuchPolicy();
  if (input.version !== undefined && input.version !== row.version) throw changedMeanwhile();
  const rules = input.rules && (await checkRules(deps, input.rules));
  const changes = changesOf(row, input, rules),
    isChanged = Object.keys(changes).length > 0,
    version = isChanged ? row.version + 1 : row.version;
  const { entryId } = await auditedTransaction(deps.recorder, actor, async (tx) => {
    const next = {
      name: input.name ?? row.name,
      description: input.description ?? row.description,
      status: input.status ?? row.status,
      version,
      changedAt: deps.clock.now(),
    };
    const done =
      !isChanged ||
      (await updatePolicyRow(tx, row.id, row.version, { ...next, ...(rules ? { rules } : {}) }));
    if (!done) throw changedMeanwhile();
    return {
      result: null,
      entries: [
        {
          action: "policy.updated",
          outcome: "success",
          ...(isChanged ? {} : { reason: "no-change" }),
          target: policyTarget(row),
          details: { version, rulesSha256: rulesSha256(rules ?? row.rules), changes },
        },
      ],
    };
  });
  return { result: await getPolicy(deps, actor, row.id), entryId };
}
