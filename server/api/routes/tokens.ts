import { createToken } from "@/lib/tokens/create-token";
import { getToken, listTokens } from "@/lib/tokens/read-tokens";
import { revokeToken } from "@/lib/tokens/revoke-token";
import { type TokenDto, tokenInput, tokenQuery } from "@/lib/tokens/schema";
import { defineRoute, defineRecordedRoute, idParams } from "@/server/api/define-route";
import { pageOf } from "@/server/api/schemas/common";
import { createdToken, revokedToken, token } from "@/server/api/schemas/people";

const target = (row: Pick<TokenDto, "id" | "name">) => ({
  kind: "token",
  id: row.id,
  label: row.name,
});
const common = { tag: "Tokens", reads: "token.read" } as const;

export const tokenRoutes = [
  defineRoute({
    ...common,
    method: "get",
    path: "/tokens",
    permission: "tokens.read",
    summary: "List API tokens",
    query: tokenQuery,
    response: pageOf(token),
    handle: (deps, actor, { query }) => listTokens(deps, actor, query),
  }),
  defineRecordedRoute({
    ...common,
    method: "post",
    path: "/tokens",
    permission: "tokens.write",
    summary: "Create an API token",
    description:
      "The secret is returned only in this response. A token created with another token never has a wider role or a later end, and ends with it; one created by a user ends when the user is disabled or loses the role. Administrator tokens always expire: after 90 days by default, and after 365 at most.",
    body: tokenInput,
    status: 201,
    response: createdToken,
    target,
    secrets: ["secret"],
    handle: (deps, actor, { body }) => createToken(deps, actor, body),
  }),
  defineRoute({
    ...common,
    method: "get",
    path: "/tokens/{id}",
    permission: "tokens.read",
    summary: "Get an API token",
    params: idParams,
    response: token,
    target,
    handle: (deps, actor, { params }) => getToken(deps, actor, params.id),
  }),
  defineRecordedRoute({
    ...common,
    method: "post",
    path: "/tokens/{id}/revoke",
    permission: "tokens.write",
    summary: "Revoke an API token",
    description:
      "Takes effect at once and can't be undone. Also revokes every token that was created with it: `GET /tokens?madeWith={id}&status=active` lists them first. Revoking again is not an error.",
    params: idParams,
    bodyOptional: true,
    response: revokedToken,
    target,
    handle: (deps, actor, { params }) => revokeToken(deps, actor, params.id),
  }),
];
