import { z } from "@hono/zod-openapi";
import { createAuthority } from "@/lib/authorities/create-authority";
import { getAuthority } from "@/lib/authorities/get-authority";
import { listAuthorities } from "@/lib/authorities/list-authorities";
import { authorityInput, type AuthorityDto } from "@/lib/authorities/schema";
import { defineRoute, idParams } from "@/server/api/define-route";
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
      const fits = (row: AuthorityDto) =>
        Object.entries(filter).every(
          ([field, value]) => value === undefined || row[field as keyof AuthorityDto] === value,
        );
      return { items: items.filter(fits), nextCursor };
    },
  }),
  defineRoute({
    ...common,
    method: "post",
    path: "/authorities",
    permission: "authorities.create",
    summary: "Make an authority",
    description:
      "Makes a key in the signer and has it certified by the parent; without a parent it is a root.",
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
    summary: "Read an authority",
    description: "By id or slug.",
    params: idParams,
    response: authority,
    target,
    handle: (deps, actor, { params }) => getAuthority(deps, actor, params.id),
  }),
];
