import { z } from "@hono/zod-openapi";
import { cancelInvitation } from "@/lib/accounts/cancel-invitation";
import { createAccount } from "@/lib/accounts/create-account";
import { endSessions } from "@/lib/accounts/end-session";
import { inviteAccount } from "@/lib/accounts/invite-account";
import { getAccount, listAccounts } from "@/lib/accounts/read-accounts";
import { listSessions } from "@/lib/accounts/read-sessions";
import { accountChange, type AccountDto, accountInput, accountQuery } from "@/lib/accounts/schema";
import { updateAccount } from "@/lib/accounts/update-account";
import { defineRoute, defineRecordedRoute, idParams } from "@/server/api/define-route";
import { entryId, pageOf } from "@/server/api/schemas/common";
import { account, invitedAccount, session } from "@/server/api/schemas/people";

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
    summary: "List users",
    query: accountQuery,
    response: pageOf(account),
    handle: (deps, actor, { query }) => listAccounts(deps, actor, query),
  }),
  defineRecordedRoute({
    ...common,
    method: "post",
    path: "/users",
    permission: "accounts.write",
    summary: "Create a user",
    description:
      "The user has no password yet: send them `link`, with which they set it themselves. It works once and for 7 days.",
    body: accountInput,
    status: 201,
    response: invitedAccount,
    target,
    secrets: ["link"],
    handle: (deps, actor, { body }) => createAccount(deps, actor, body),
  }),
  defineRoute({
    ...common,
    method: "get",
    path: "/users/{id}",
    permission: "accounts.read",
    summary: "Get a user",
    params: idParams,
    response: account,
    target,
    handle: (deps, actor, { params }) => getAccount(deps, actor, params.id),
  }),
  defineRecordedRoute({
    ...common,
    method: "patch",
    path: "/users/{id}",
    permission: "accounts.write",
    summary: "Update a user",
    description:
      "`removePassword` turns password sign-in off for a user who signs in with certificates. It, a new role or a new status ends the user's sessions at once. At least one active administrator must remain. `identity` is the person whose certificates can sign in as this user; null for none.",
    params: idParams,
    body: accountChange,
    response: account,
    target,
    handle: (deps, actor, { params, body }) => updateAccount(deps, actor, params.id, body),
  }),
  defineRecordedRoute({
    ...common,
    method: "post",
    path: "/users/{id}/invitation",
    permission: "accounts.write",
    summary: "Create a link for a password",
    description:
      "Makes a new link with which the user sets a password, and cancels the one before. For users without a password it works for 7 days, for others for 24 hours; their current password works until the link is used.",
    params: idParams,
    bodyOptional: true,
    status: 201,
    response: invitedAccount,
    target,
    secrets: ["link"],
    handle: (deps, actor, { params }) => inviteAccount(deps, actor, params.id),
  }),
  defineRecordedRoute({
    ...common,
    method: "delete",
    path: "/users/{id}/invitation",
    permission: "accounts.write",
    summary: "Cancel a user's link",
    params: idParams,
    response: account,
    target,
    handle: (deps, actor, { params }) => cancelInvitation(deps, actor, params.id),
  }),
  defineRoute({
    ...common,
    method: "get",
    path: "/users/{id}/sessions",
    permission: "accounts.read",
    summary: "List a user's recent sessions",
    params: idParams,
    response: pageOf(session),
    handle: (deps, actor, { params }) => listSessions(deps, actor, params.id),
  }),
  defineRecordedRoute({
    ...common,
    method: "post",
    path: "/users/{id}/sign-out",
    permission: "accounts.write",
    summary: "End all sessions of a user",
    params: idParams,
    bodyOptional: true,
    response: z.object({ ended: z.number().int(), entryId }),
    handle: (deps, actor, { params }) => endSessions(deps, actor, params.id),
  }),
];
