"use server";

import { z } from "zod";
import { act } from "@/lib/auth/act";
import { createPolicy } from "@/lib/policies/create-policy";
import { policyChange, policyInput, policyTest } from "@/lib/policies/schema";
import { testPolicy } from "@/lib/policies/test-policy";
import { updatePolicy } from "@/lib/policies/update-policy";

const id = { id: z.string().max(64) };

export const create = act("policies.write", policyInput, createPolicy);
export const update = act(
  "policies.write",
  policyChange.extend(id),
  (deps, actor, { id: policy, ...input }) => updatePolicy(deps, actor, policy, input),
);
/** Changes nothing; the look is on the record. */
export const test = act(
  "policies.read",
  policyTest.extend({ policy: z.string().max(64) }),
  (deps, actor, { policy, ...input }) => testPolicy(deps, actor, policy, input),
);
