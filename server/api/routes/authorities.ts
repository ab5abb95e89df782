import { z } from "@hono/zod-openapi";
import { getAuthority, listAuthorities } from "@/lib/authorities/read-authorities";
import { requestCrl } from "@/lib/authorities/request-crl";
import { type AuthorityDto, authorityInput } from "@/lib/authorities/schema";
import { createAuthority } from "@/lib/issuing/create-authority";
import { defineRoute, defineRecordedRoute, idParams } from "@/server/api/define-route";
import { authority } from "@/server/api/schemas/authority";
import { pageOf } from "@/server/api/schemas/common";

const target = (row: Pick<AuthorityDto, "id" | "slug">) => ({
  kind: "authority",
  id: row.id,
  label: row.slug,
});
const query = z.strictObject({
  slug: z.string().max(64).optional(),
  kind: z.enum(["root", "issuing"]).optional(),
  status: z.enum(["pending", "active", "retired"]).optional(),
  parentId: z.string().max(64).optional(),
});
const common = { tag: "Authorities", reads: "authority.read" } as const;

export const authorityRoutes = [
  defineRoute({
    ...common,
    method: "get",
    path: "/authorities",
    permission: "authorities.read",
    summary: "List authorities",
    query,
    response: pageOf(authority),
    async handle(deps, actor, { query: filter }) {
      const { items, nextCursor } = await listAuthorities(deps, actor);
      const matches = (row: AuthorityDto) =>
        Object.entries(filter).every(
          ([field, value]) => value === undefined || row[field as keyof AuthorityDto] === value,
        );
      return { items: items.filter(matches), nextCursor };
    },
  }),
  defineRecordedRoute({
    ...common,
    method: "post",
    path: "/authorities",
    permission: "authorities.create",
    summary: "Create an authority",
    description:
      "Generates a key in the signer and plans its certificate by the parent CA; without a parent it is a root CA. The certificate is signed when the host's operator confirms it with the command in `confirmation`; until then `status` is `pending`.",
    body: authorityInput,
    status: 201,
    response: authority,
    target,
    handle: (deps, actor, { body }) => createAuthority(deps, actor, body),
  }),
  defineRoute({
    ...common,
    method: "get",
    path: "/authorities/{id}",
    permission: "authorities.read",
    summary: "Get an authority",
    description: "By id or slug.",
    params: idParams,
    response: authority,
    target,
    handle: (deps, actor, { params }) => getAuthority(deps, actor, params.id),
  }),
  defineRecordedRoute({
    ...common,
    method: "post",
    path: "/authorities/{id}/publish-crl",
    permission: "authorities.publish",
    summary: "Publish a CRL now",
    description:
      "By id or slug. Publishes the next CRL instead of when it is due; `crl` in the response is the new one. CRLs are published by themselves after each revocation, so this is for a copy that was lost.",
    params: idParams,
    bodyOptional: true,
    response: authority,
    target,
    handle: (deps, actor, { params }) => requestCrl(deps, actor, params.id),
  }),
];
