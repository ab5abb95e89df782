import { createToken } from "@/lib/tokens/create-token";
import { getToken } from "@/lib/tokens/get-token";
import { listTokens } from "@/lib/tokens/list-tokens";
import { revokeToken } from "@/lib/tokens/revoke-token";
import { tokenInput, tokenQuery, type TokenDto } from "@/lib/tokens/schema";
import { defineRoute, idParams } from "@/server/api/define-route";
import { pageOf } from "@/server/api/schemas/common";
import { createdToken, token } from "@/server/api/schemas/people";

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
  defineRoute({
    ...common,
    method: "post",
    path: "/tokens",
    permission: "tokens.write",
    summary: "Make an API token",
    description: "The secret is in this answer alone.",
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
    summary: "Read an API token",
    params: idParams,
    response: token,
    target,
    handle: (deps, actor, { params }) => getToken(deps, actor, params.id),
  }),
  defineRoute({
    ...common,
    method: "post",
    path: "/tokens/{id}/revoke",
    permission: "tokens.write",
    summary: "Revoke an API token",
    description: "At once and for ever. Again is no error.",
    params: idParams,
    bodyOptional: true,
    response: token,
    target,
    handle: (deps, actor, { params }) => revokeToken(deps, actor, params.id),
  }),
];
