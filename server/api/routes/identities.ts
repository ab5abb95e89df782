import { createIdentity } from "@/lib/identities/create-identity";
import { getIdentity } from "@/lib/identities/get-identity";
import { listIdentities } from "@/lib/identities/list-identities";
import {
  identityChange,
  identityInput,
  identityQuery,
  identityStatusInput,
  type IdentityDto,
} from "@/lib/identities/schema";
import { activateIdentity, suspendIdentity } from "@/lib/identities/set-identity-status";
import { updateIdentity } from "@/lib/identities/update-identity";
import { defineRoute, idParams } from "@/server/api/define-route";
import { pageOf } from "@/server/api/schemas/common";
import { identity } from "@/server/api/schemas/people";

const target = (row: Pick<IdentityDto, "id" | "name">) => ({
  kind: "identity",
  id: row.id,
  label: row.name,
});
const common = { tag: "Identities", reads: "identity.read" } as const;

export const identityRoutes = [
  defineRoute({
    ...common,
    method: "get",
    path: "/identities",
    permission: "identities.read",
    summary: "List identities",
    query: identityQuery,
    response: pageOf(identity),
    handle: (deps, actor, { query }) => listIdentities(deps, actor, query),
  }),
  defineRoute({
    ...common,
    method: "post",
    path: "/identities",
    permission: "identities.write",
    summary: "Make an identity",
    description: "The one person, service or device that certificates are bound to.",
    body: identityInput,
    status: 201,
    response: identity,
    target,
    handle: (deps, actor, { body }) => createIdentity(deps, actor, body),
  }),
  defineRoute({
    ...common,
    method: "get",
    path: "/identities/{id}",
    permission: "identities.read",
    summary: "Read an identity",
    params: idParams,
    response: identity,
    target,
    handle: (deps, actor, { params }) => getIdentity(deps, actor, params.id),
  }),
  defineRoute({
    ...common,
    method: "patch",
    path: "/identities/{id}",
    permission: "identities.write",
    summary: "Change an identity",
    params: idParams,
    body: identityChange,
    response: identity,
    target,
    handle: (deps, actor, { params, body }) => updateIdentity(deps, actor, params.id, body),
  }),
  defineRoute({
    ...common,
    method: "post",
    path: "/identities/{id}/suspend",
    permission: "identities.write",
    summary: "Suspend an identity",
    description:
      "It gets no certificate until it is activated again. What it has keeps its status.",
    params: idParams,
    body: identityStatusInput,
    bodyOptional: true,
    response: identity,
    target,
    handle: (deps, actor, { params, body }) => suspendIdentity(deps, actor, params.id, body),
  }),
  defineRoute({
    ...common,
    method: "post",
    path: "/identities/{id}/activate",
    permission: "identities.write",
    summary: "Activate an identity",
    params: idParams,
    body: identityStatusInput,
    bodyOptional: true,
    response: identity,
    target,
    handle: (deps, actor, { params, body }) => activateIdentity(deps, actor, params.id, body),
  }),
];
