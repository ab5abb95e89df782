"use server";

import { z } from "zod";
import { defineAction } from "@/lib/auth/define-action";
import { createEnrollmentSecret } from "@/lib/enrollment/create-enrollment-secret";
import { revokeEnrollmentSecret } from "@/lib/enrollment/revoke-enrollment-secret";
import { enrollmentSecretInput, secretRevocation } from "@/lib/enrollment/schema";

const id = { id: z.string().max(64) };

export const createSecret = defineAction(
  "identities.write",
  enrollmentSecretInput.extend(id),
  (deps, actor, { id: identity, ...input }) => createEnrollmentSecret(deps, actor, identity, input),
);
export const revokeSecret = defineAction(
  "identities.write",
  secretRevocation.extend(id),
  (deps, actor, { id: secret, comment }) => revokeEnrollmentSecret(deps, actor, secret, comment),
);
