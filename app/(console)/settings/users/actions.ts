"use server";

import { z } from "zod";
import { createAccount } from "@/lib/accounts/create-account";
import { endSessions } from "@/lib/accounts/end-session";
import { accountChange, accountInput } from "@/lib/accounts/schema";
import { updateAccount } from "@/lib/accounts/update-account";
import { act } from "@/lib/auth/act";

const id = { id: z.string().max(64) };

export const create = act("accounts.write", accountInput, createAccount);
export const update = act(
  "accounts.write",
  accountChange.extend(id),
  (deps, actor, { id: account, ...change }) => updateAccount(deps, actor, account, change),
);
export const endAll = act("accounts.write", z.object(id), (deps, actor, { id: account }) =>
  endSessions(deps, actor, account),
);
