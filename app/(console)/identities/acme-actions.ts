"use server";

import { z } from "zod";
import { createAcmeKey } from "@/lib/acme/create-acme-key";
import { revokeAcmeKey } from "@/lib/acme/revoke-acme-key";
import { acmeKeyInput, acmeKeyRevocation } from "@/lib/acme/schema";
import { defineAction } from "@/lib/auth/define-action";

const id = { id: z.string().max(64) };

export const createKey = defineAction(
  "tokens.write",
  acmeKeyInput.extend(id),
  (deps, actor, { id: identity, ...input }) => createAcmeKey(deps, actor, identity, input),
);
export const revokeKey = defineAction(
  "tokens.write",
  acmeKeyRevocation.extend(id),
  (deps, actor, { id: key, comment }) => revokeAcmeKey(deps, actor, key, comment),
);
