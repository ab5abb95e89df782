import { sha256Hex } from "@/lib/format/hash";
import { AppError } from "@/lib/errors/app-error";
import { formatIso } from "@/lib/format/time";
import { canonicalJson, type Json } from "@/lib/log/pure/canonical";
import type { PolicyRow } from "./policy-repository";
import { type PolicyDto, type PolicyRule, storedPolicyRules } from "./schema";

/**
 * The rules in a stored value; null if any of it cannot be read, for half of a policy is another
 * policy.
 */
export function readRules(stored: unknown): readonly PolicyRule[] | null {
  const { data, success } = storedPolicyRules.safeParse(stored);
  return success ? data : null;
}

export function policyDto(row: PolicyRow): PolicyDto {
  const { id, service, name, description, version } = row;
  return {
    id,
    service,
    name,
    description,
    version,
    status: row.status as PolicyDto["status"],
    rules: readRules(row.rules),
    createdAt: formatIso(row.createdAt),
    changedAt: formatIso(row.changedAt),
  };
}

export const policyTarget = (row: Pick<PolicyRow, "id" | "service">) => ({
  kind: "policy",
  id: row.id,
  label: row.service,
});

/** Rules as one canonical text: the same whatever a database does to the order of their members. */
export const rulesText = (rules: unknown): string => canonicalJson(rules as Json);

export const rulesSha256 = (rules: unknown): string => sha256Hex(rulesText(rules));

export const noSuchPolicy = (): AppError => new AppError("policy.not-found", "Policy not found.");
