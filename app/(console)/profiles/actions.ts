"use server";

import { z } from "zod";
import { defineAction } from "@/lib/auth/define-action";
import { createProfile } from "@/lib/profiles/create-profile";
import { profileChange, profileInput } from "@/lib/profiles/schema";
import { retireProfile, updateProfile } from "@/lib/profiles/update-profile";

const id = { id: z.string().max(64) };

export const create = defineAction("profiles.write", profileInput, createProfile);
export const update = defineAction(
  "profiles.write",
  profileChange.extend(id),
  (deps, actor, { id: profile, ...input }) => updateProfile(deps, actor, profile, input),
);
/** Without a comment: the entry names who retired it. */
export const retire = defineAction("profiles.write", z.object(id), (deps, actor, { id: profile }) =>
  retireProfile(deps, actor, profile),
);
