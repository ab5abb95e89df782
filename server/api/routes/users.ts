import { z } from "@hono/zod-openapi";
import { createAccount } from "@/lib/accounts/create-account";
import { endSessions } from "@/lib/accounts/end-session";
import { getAccount } from "@/lib/accounts/get-account";
import { listAccounts } from "@/lib/accounts/list-accounts";
import { listSessions } from "@/lib/accounts/list-sessions";
import { accountChange, accountInput, accountQuery, type AccountDto } from "@/lib/accounts/schema";
import { updateAccount } from "@/lib/accounts/update-account";
import { defineRoute, idParams } from "@/server/api/define-route";
import { entryId, pageOf } from "@/server/api/schemas/common";
import { account, session } from "@/server/api/schemas/people";

const target = (row: Pick<AccountDto, "id" | "email">) => ({
  kind: "account",
  id: row.id,
  label: row.email,
});
const common = { tag: "Users", reads: "account.read" } as const;

export const userRoutes = [
  defineRoute({
    ...common,
    method: "get",
    path: "/users",
    permission: "accounts.read",
    summary: "List people's accounts",
    query: accountQuery,
    response: pageOf(account),
    handle: (deps, actor, { query }) => listAccounts(deps, actor, query),
  }),
  defineRoute({
    ...common,
    method: "post",
    path: "/users",
    permission: "accounts.write",
    summary: "Make an account",
    body: accountInput,
    status: 201,
    response: account,
    target,
    secrets: ["password"],
    handle: (deps, actor, { body }) => createAccount(deps, actor, body),
  }),
  defineRoute({
    ...common,
    method: "get",
    path: "/users/{id}",
    permission: "accounts.read",
    summary: "Read an account",
    params: idParams,
    response: account,
    target,
    handle: (deps, actor, { params }) => getAccount(deps, actor, params.id),
  }),
  defineRoute({
    ...common,
    method: "patch",
    path: "/users/{id}",
    permission: "accounts.write",
    summary: "Change an account",
    description:
      "A new role, status or password ends the account's sessions at once. One active administrator always remains. `identity` names the person whose certificates sign in to the account, null nobody's.",
    params: idParams,
    body: accountChange,
    response: account,
    target,
    handle: (deps, actor, { params, body }) => updateAccount(deps, actor, params.id, body),
  }),
  defineRoute({
    ...common,
    method: "get",
    path: "/users/{id}/sessions",
    permission: "accounts.read",
    summary: "List an account's last sessions",
    params: idParams,
    response: pageOf(session),
    handle: (deps, actor, { params }) => listSessions(deps, actor, params.id),
  }),
  defineRoute({
    ...common,
    method: "post",
    path: "/users/{id}/sign-out",
    permission: "accounts.write",
    summary: "End all sessions of an account",
    params: idParams,
    bodyOptional: true,
    response: z.object({ ended: z.number().int(), entryId }),
    handle: (deps, actor, { params }) => endSessions(deps, actor, params.id),
  }),
];
