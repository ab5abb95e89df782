"use server";

import { z } from "zod";
import { defineAction, defineQuery } from "@/lib/auth/define-action";
import { createToken } from "@/lib/tokens/create-token";
import { listTokens } from "@/lib/tokens/read-tokens";
import { revokeToken } from "@/lib/tokens/revoke-token";
import { tokenInput, tokenQuery } from "@/lib/tokens/schema";

export const create = defineAction("tokens.write", tokenInput, createToken);
export const revoke = defineAction(
  "tokens.write",
  z.object({ id: z.string().max(64) }),
  (deps, actor, { id }) => revokeToken(deps, actor, id),
);
/** The tokens that end with another one, or with an account. */
export const list = defineQuery("tokens.read", tokenQuery, listTokens);
