import { z } from "@hono/zod-openapi";
import { createProfile } from "@/lib/profiles/create-profile";
import { getProfile } from "@/lib/profiles/get-profile";
import { listProfiles } from "@/lib/profiles/list-profiles";
import { profileChange, profileInput, type ProfileDto } from "@/lib/profiles/schema";
import { retireProfile, updateProfile } from "@/lib/profiles/update-profile";
import { defineRoute, idParams } from "@/server/api/define-route";
import { pageOf } from "@/server/api/schemas/common";
import { profile } from "@/server/api/schemas/profile";

const target = (row: Pick<ProfileDto, "id" | "slug">) => ({
  kind: "profile",
  id: row.id,
  label: row.slug,
});
const query = z.strictObject({
  slug: z.string().max(64).optional(),
  status: z.enum(["active", "retired"]).optional(),
  system: z
    .enum(["true", "false"])
    .transform((text) => text === "true")
    .optional(),
  authorityId: z.string().max(64).optional(),
});
const common = { tag: "Profiles", reads: "profile.read" } as const;

export const profileRoutes = [
  defineRoute({
    ...common,
    method: "get",
    path: "/profiles",
    permission: "profiles.read",
    summary: "List profiles",
    query,
    response: pageOf(profile),
    async handle(deps, actor, { query: filter }) {
      const { items, nextCursor } = await listProfiles(deps, actor);
      const fits = (row: ProfileDto) =>
        Object.entries(filter).every(
          ([field, value]) => value === undefined || row[field as keyof ProfileDto] === value,
        );
      return { items: items.filter(fits), nextCursor };
    },
  }),
  defineRoute({
    ...common,
    method: "post",
    path: "/profiles",
    permission: "profiles.write",
    summary: "Make a profile",
    body: profileInput,
    status: 201,
    response: profile,
    target,
    handle: (deps, actor, { body }) => createProfile(deps, actor, body),
  }),
  defineRoute({
    ...common,
    method: "get",
    path: "/profiles/{id}",
    permission: "profiles.read",
    summary: "Read a profile",
    description: "By id or slug.",
    params: idParams,
    response: profile,
    target,
    handle: (deps, actor, { params }) => getProfile(deps, actor, params.id),
  }),
  defineRoute({
    ...common,
    method: "patch",
    path: "/profiles/{id}",
    permission: "profiles.write",
    summary: "Change a profile",
    description:
      "Counts its version up. Send the `version` that you read, and a change by somebody else in between is refused instead of overwritten.",
    params: idParams,
    body: profileChange,
    response: profile,
    target,
    handle: (deps, actor, { params, body }) => updateProfile(deps, actor, params.id, body),
  }),
  defineRoute({
    ...common,
    method: "post",
    path: "/profiles/{id}/retire",
    permission: "profiles.write",
    summary: "Retire a profile",
    description: "Nothing is issued under it any more; what was stays.",
    params: idParams,
    bodyOptional: true,
    response: profile,
    target,
    handle: (deps, actor, { params }) => retireProfile(deps, actor, params.id),
  }),
];
