"use server";

import { z } from "zod";
import { defineAction } from "@/lib/auth/define-action";
import { createPolicy } from "@/lib/policies/create-policy";
import { policyChange, policyInput, policyTest } from "@/lib/policies/schema";
import { testPolicy } from "@/lib/policies/test-policy";
import { updatePolicy } from "@/lib/policies/update-policy";

const id = { id: z.string().max(64) };

export const create = defineAction("policies.write", policyInput, createPolicy);
export const update = defineAction(
  "policies.write",
  policyChange.extend(id),
  (deps, actor, { id: policy, ...input }) => updatePolicy(deps, actor, policy, input),
);
/** Changes nothing, and is recorded as a read. */
export const test = defineAction(
  "policies.read",
  policyTest.extend({ policy: z.string().max(64) }),
  (deps, actor, { policy, ...input }) => testPolicy(deps, actor, policy, input),
);
