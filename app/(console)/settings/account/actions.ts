"use server";

import { z } from "zod";
import { changePassword } from "@/lib/accounts/change-password";
import { endSession } from "@/lib/accounts/end-session";
import { nameChange, passwordChange } from "@/lib/accounts/schema";
import { updateAccount } from "@/lib/accounts/update-account";
import { defineAction } from "@/lib/auth/define-action";
import { currentSessionId } from "@/lib/auth/session-actor";

/**
 * Every role may change its own name and password and end its own sessions. The use cases reject
 * other accounts.
 */
export const replacePassword = defineAction("self", passwordChange, async (deps, actor, input) =>
  changePassword(deps, actor, input, await currentSessionId()),
);
export const rename = defineAction("self", nameChange, (deps, actor, change) =>
  updateAccount(deps, actor, actor.id ?? "", change),
);
export const end = defineAction(
  "self",
  z.object({ id: z.string().max(64) }),
  (deps, actor, { id }) => endSession(deps, actor, id),
);
