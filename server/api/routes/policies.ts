import { createPolicy } from "@/lib/policies/create-policy";
import { getPolicy } from "@/lib/policies/get-policy";
import { listPolicies } from "@/lib/policies/list-policies";
import { policyChange, policyInput, policyTest, type PolicyDto } from "@/lib/policies/schema";
import { testPolicy } from "@/lib/policies/test-policy";
import { updatePolicy } from "@/lib/policies/update-policy";
import { defineRoute, idParams } from "@/server/api/define-route";
import { pageOf } from "@/server/api/schemas/common";
import { policy, policyTestResult } from "@/server/api/schemas/policy";

const target = (row: Pick<PolicyDto, "id" | "service">) => ({
  kind: "policy",
  id: row.id,
  label: row.service,
});
const common = { tag: "Policies", reads: "policy.read" } as const;

export const policyRoutes = [
  defineRoute({
    ...common,
    method: "get",
    path: "/policies",
    permission: "policies.read",
    summary: "List policies",
    description: "All of them by the names of their services; there are few, so they come at once.",
    response: pageOf(policy),
    handle: (deps, actor) => listPolicies(deps, actor),
  }),
  defineRoute({
    ...common,
    method: "post",
    path: "/policies",
    permission: "policies.write",
    summary: "Make the policy of a service",
    description: "It counts at the next request that a proxy asks about.",
    body: policyInput,
    status: 201,
    response: policy,
    target,
    handle: (deps, actor, { body }) => createPolicy(deps, actor, body),
  }),
  defineRoute({
    ...common,
    method: "get",
    path: "/policies/{id}",
    permission: "policies.read",
    summary: "Read a policy",
    description: "By id or by the service's name.",
    params: idParams,
    response: policy,
    target,
    handle: (deps, actor, { params }) => getPolicy(deps, actor, params.id),
  }),
  defineRoute({
    ...common,
    method: "patch",
    path: "/policies/{id}",
    permission: "policies.write",
    summary: "Change a policy",
    description:
      "Counts its version up; the next request on every node is decided by it. Send the `version` that you read, and a change by somebody else in between is refused instead of overwritten. A `status` of `retired` allows nothing any more.",
    params: idParams,
    body: policyChange,
    response: policy,
    target,
    handle: (deps, actor, { params, body }) => updatePolicy(deps, actor, params.id, body),
  }),
  defineRoute({
    ...common,
    method: "post",
    path: "/policies/{id}/test",
    permission: "policies.read",
    summary: "Ask what a policy decides",
    description:
      "Names a certificate (by id, serial or fingerprint) or an identity, a method, a path and an address. Rules that come along are tried instead of the stored ones, also for a service that has no policy yet.",
    params: idParams,
    body: policyTest,
    response: policyTestResult,
    handle: (deps, actor, { params, body }) => testPolicy(deps, actor, params.id, body),
  }),
];
