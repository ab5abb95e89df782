import { z } from "@hono/zod-openapi";
import { exportResponse } from "@/lib/http/export-response";
import { createIdentity } from "@/lib/identities/create-identity";
import { getIdentityPower, listPower } from "@/lib/identities/read-power";
import { getIdentity, listIdentities } from "@/lib/identities/read-identities";
import {
  identityChange,
  type IdentityDto,
  identityInput,
  identityQuery,
  identityStatusInput,
  powerQuery,
} from "@/lib/identities/schema";
import { activateIdentity, suspendIdentity } from "@/lib/identities/set-identity-status";
import { updateIdentity } from "@/lib/identities/update-identity";
import { exportIdentities } from "@/lib/inventory/export-identities";
import { inventoryFormats } from "@/lib/inventory/types";
import { defineRoute, defineRecordedRoute, idParams } from "@/server/api/define-route";
import { twoWayPageOf } from "@/server/api/schemas/common";
import { identity, identityPower, powerHolders } from "@/server/api/schemas/people";

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
    response: twoWayPageOf(identity),
    handle: (deps, actor, { query }) => listIdentities(deps, actor, query),
  }),
  defineRoute({
    ...common,
    method: "get",
    path: "/identities/export",
    permission: "identities.read",
    summary: "Export the inventory of identities",
    description:
      "Streams all identities that match the filters as CSV or as one JSON array, each with its owner, names, numbers of certificates and their last use. The export is recorded.",
    query: identityQuery
      .omit({ cursor: true, limit: true })
      .extend({ format: z.enum(inventoryFormats).default("csv") }),
    response: z.string(),
    mediaType: "text/csv",
    handle: async (deps, actor, { query: { format, ...filter } }) =>
      exportResponse(await exportIdentities(deps, actor, filter, format), () => undefined),
  }),
  defineRecordedRoute({
    ...common,
    method: "post",
    path: "/identities",
    permission: "identities.write",
    summary: "Create an identity",
    description: "The person, service or device that certificates are bound to.",
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
    summary: "Get an identity",
    params: idParams,
    response: identity,
    target,
    handle: (deps, actor, { params }) => getIdentity(deps, actor, params.id),
  }),
  defineRoute({
    ...common,
    method: "get",
    path: "/identities/{id}/power",
    permission: "accounts.read",
    summary: "Get the power of an identity",
    description:
      "Why others could act through the identity, and which certificates, keys and API tokens exist of it. Send `existing.digest` as `accepted` when you link the identity to a user or trust it as a proxy.",
    params: idParams,
    response: identityPower,
    target: ({ identity: row }) => target(row),
    handle: (deps, actor, { params }) => getIdentityPower(deps, actor, params.id),
  }),
  defineRoute({
    ...common,
    method: "get",
    path: "/power",
    permission: "accounts.read",
    summary: "List who can act as whom",
    description:
      "Every identity whose certificates sign in to an account, or that is a trusted proxy, with its live certificates and who requested them.",
    query: powerQuery,
    response: powerHolders,
    handle: (deps, actor, { query }) => listPower(deps, actor, query),
  }),
  defineRecordedRoute({
    ...common,
    method: "patch",
    path: "/identities/{id}",
    permission: "identities.write",
    summary: "Update an identity",
    params: idParams,
    body: identityChange,
    response: identity,
    target,
    handle: (deps, actor, { params, body }) => updateIdentity(deps, actor, params.id, body),
  }),
  defineRecordedRoute({
    ...common,
    method: "post",
    path: "/identities/{id}/suspend",
    permission: "identities.write",
    summary: "Suspend an identity",
    description:
      "No certificate is issued for it, and its certificates are not accepted, until it is activated again. CRLs and OCSP do not change.",
    params: idParams,
    body: identityStatusInput,
    bodyOptional: true,
    response: identity,
    target,
    handle: (deps, actor, { params, body }) => suspendIdentity(deps, actor, params.id, body),
  }),
  defineRecordedRoute({
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
