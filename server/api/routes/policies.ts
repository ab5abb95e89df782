import { createPolicy } from "@/lib/policies/create-policy";
import { getPolicy, listPolicies } from "@/lib/policies/read-policies";
import { policyChange, type PolicyDto, policyInput, policyTest } from "@/lib/policies/schema";
import { testPolicy } from "@/lib/policies/test-policy";
import { updatePolicy } from "@/lib/policies/update-policy";
import { defineRoute, defineRecordedRoute, idParams } from "@/server/api/define-route";
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
    description: "All policies, sorted by service.",
    response: pageOf(policy),
    handle: (deps, actor) => listPolicies(deps, actor),
  }),
  defineRecordedRoute({
    ...common,
    method: "post",
    path: "/policies",
    permission: "policies.write",
    summary: "Create the access policy of a service",
    description: "Applies from the next request.",
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
    summary: "Get a policy",
    description: "By id or service name.",
    params: idParams,
    response: policy,
    target,
    handle: (deps, actor, { params }) => getPolicy(deps, actor, params.id),
  }),
  defineRecordedRoute({
    ...common,
    method: "patch",
    path: "/policies/{id}",
    permission: "policies.write",
    summary: "Update a policy",
    description:
      "Creates a new version, which applies from the next request on every node. Send the `version` that you read to avoid overwriting another user's change. A policy with the `status` `retired` allows nothing.",
    params: idParams,
    body: policyChange,
    response: policy,
    target,
    handle: (deps, actor, { params, body }) => updatePolicy(deps, actor, params.id, body),
  }),
  defineRecordedRoute({
    ...common,
    method: "post",
    path: "/policies/{id}/test",
    permission: "policies.read",
    summary: "Test a policy",
    description:
      "Send a certificate (id, serial number or fingerprint) or an identity, a method, a path and an address. If you send `rules`, they are tested instead of the stored ones, even if the service has no policy yet.",
    params: idParams,
    body: policyTest,
    response: policyTestResult,
    handle: (deps, actor, { params, body }) => testPolicy(deps, actor, params.id, body),
  }),
];
