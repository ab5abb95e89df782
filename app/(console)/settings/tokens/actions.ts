"use server";

import { z } from "zod";
import { act } from "@/lib/auth/act";
import { createToken } from "@/lib/tokens/create-token";
import { revokeToken } from "@/lib/tokens/revoke-token";
import { tokenInput } from "@/lib/tokens/schema";

export const create = act("tokens.write", tokenInput, createToken);
export const revoke = act(
  "tokens.write",
  z.object({ id: z.string().max(64) }),
  (deps, actor, { id }) => revokeToken(deps, actor, id),
);
