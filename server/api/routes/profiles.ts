import { z } from "@hono/zod-openapi";
import { createProfile } from "@/lib/profiles/create-profile";
import { getProfile, listProfiles } from "@/lib/profiles/read-profiles";
import { profileChange, type ProfileDto, profileInput } from "@/lib/profiles/schema";
import { retireProfile, updateProfile } from "@/lib/profiles/update-profile";
import { defineRoute, defineRecordedRoute, idParams } from "@/server/api/define-route";
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
    asserted: "allowed",
    summary: "List profiles",
    query,
    response: pageOf(profile),
    async handle(deps, actor, { query: filter }) {
      const { items, nextCursor } = await listProfiles(deps, actor);
      const matches = (row: ProfileDto) =>
        Object.entries(filter).every(
          ([field, value]) => value === undefined || row[field as keyof ProfileDto] === value,
        );
      return { items: items.filter(matches), nextCursor };
    },
  }),
  defineRecordedRoute({
    ...common,
    method: "post",
    path: "/profiles",
    permission: "profiles.write",
    summary: "Create a profile",
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
    asserted: "allowed",
    summary: "Get a profile",
    description: "By id or slug.",
    params: idParams,
    response: profile,
    target,
    handle: (deps, actor, { params }) => getProfile(deps, actor, params.id),
  }),
  defineRecordedRoute({
    ...common,
    method: "patch",
    path: "/profiles/{id}",
    permission: "profiles.write",
    summary: "Update a profile",
    description:
      "Creates a new version. Send the `version` that you read to avoid overwriting another user's change.",
    params: idParams,
    body: profileChange,
    response: profile,
    target,
    handle: (deps, actor, { params, body }) => updateProfile(deps, actor, params.id, body),
  }),
  defineRecordedRoute({
    ...common,
    method: "post",
    path: "/profiles/{id}/retire",
    permission: "profiles.write",
    summary: "Retire a profile",
    description: "No certificate is issued under it anymore. Existing certificates stay valid.",
    params: idParams,
    bodyOptional: true,
    response: profile,
    target,
    handle: (deps, actor, { params }) => retireProfile(deps, actor, params.id),
  }),
];
