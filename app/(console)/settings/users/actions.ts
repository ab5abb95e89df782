"use server";

import { z } from "zod";
import { cancelInvitation } from "@/lib/accounts/cancel-invitation";
import { createAccount } from "@/lib/accounts/create-account";
import { endSessions } from "@/lib/accounts/end-session";
import { inviteAccount } from "@/lib/accounts/invite-account";
import { accountChange, accountInput } from "@/lib/accounts/schema";
import { updateAccount } from "@/lib/accounts/update-account";
import { defineAction } from "@/lib/auth/define-action";

const id = { id: z.string().max(64) };

export const create = defineAction("accounts.write", accountInput, createAccount);
export const update = defineAction(
  "accounts.write",
  accountChange.extend(id),
  (deps, actor, { id: account, ...change }) => updateAccount(deps, actor, account, change),
);
export const invite = defineAction("accounts.write", z.object(id), (deps, actor, { id: account }) =>
  inviteAccount(deps, actor, account),
);
export const cancelLink = defineAction(
  "accounts.write",
  z.object(id),
  (deps, actor, { id: account }) => cancelInvitation(deps, actor, account),
);
export const endAll = defineAction("accounts.write", z.object(id), (deps, actor, { id: account }) =>
  endSessions(deps, actor, account),
);
