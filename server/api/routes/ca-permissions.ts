import { createCaPermission } from "@/lib/ca-permissions/create-permission";
import { getCaPermission, listCaPermissions } from "@/lib/ca-permissions/read-permissions";
import { revokeCaPermission } from "@/lib/ca-permissions/revoke-permission";
import {
  type CaPermissionDto,
  caPermissionInput,
  caPermissionQuery,
  caPermissionRevocation,
} from "@/lib/ca-permissions/schema";
import { defineRecordedRoute, defineRoute, idParams } from "@/server/api/define-route";
import { caPermission } from "@/server/api/schemas/ca-permission";
import { pageOf } from "@/server/api/schemas/common";

const common = { tag: "Enrollment", reads: "authority.read" } as const;
const target = ({ id, identity }: Pick<CaPermissionDto, "id" | "identity">) => ({
  kind: "ca-permission",
  id,
  label: identity.name,
});

export const caPermissionRoutes = [
  defineRoute({
    ...common,
    method: "get",
    path: "/ca-permissions",
    permission: "authorities.read",
    summary: "List CA permissions",
    query: caPermissionQuery,
    response: pageOf(caPermission),
    handle: (deps, actor, { query }) => listCaPermissions(deps, actor, query),
  }),
  defineRecordedRoute({
    ...common,
    method: "post",
    path: "/ca-permissions",
    permission: "authorities.create",
    summary: "Create a CA permission",
    description:
      "Lets an identity get CA certificates for its own keys over the Vault API (SPIRE), for a trust domain that it holds as a whole. Nothing is signed before the operator of the host confirms the permission with `chancery confirm`.",
    body: caPermissionInput,
    status: 201,
    response: caPermission,
    target,
    handle: (deps, actor, { body }) => createCaPermission(deps, actor, body),
  }),
  defineRoute({
    ...common,
    method: "get",
    path: "/ca-permissions/{id}",
    permission: "authorities.read",
    summary: "Get a CA permission",
    params: idParams,
    response: caPermission,
    target,
    handle: (deps, actor, { params }) => getCaPermission(deps, actor, params.id),
  }),
  defineRecordedRoute({
    ...common,
    method: "post",
    path: "/ca-permissions/{id}/revoke",
    permission: "certificates.revoke",
    summary: "Revoke a CA permission",
    description:
      "Takes effect at once and can't be undone: nothing is signed under it from then on. CA certificates that exist stay valid until they are revoked.",
    params: idParams,
    body: caPermissionRevocation,
    bodyOptional: true,
    response: caPermission,
    target,
    handle: (deps, actor, { params, body }) =>
      revokeCaPermission(deps, actor, params.id, body.comment),
  }),
];
