"use server";

import { z } from "zod";
import { act } from "@/lib/auth/act";
import { createProfile } from "@/lib/profiles/create-profile";
import { profileChange, profileInput } from "@/lib/profiles/schema";
import { retireProfile, updateProfile } from "@/lib/profiles/update-profile";

const id = { id: z.string().max(64) };

export const create = act("profiles.write", profileInput, createProfile);
export const update = act(
  "profiles.write",
  profileChange.extend(id),
  (deps, actor, { id: profile, ...input }) => updateProfile(deps, actor, profile, input),
);
/** The comment of the dialog is not kept: the entry names who retired it. */
export const retire = act("profiles.write", z.object(id), (deps, actor, { id: profile }) =>
  retireProfile(deps, actor, profile),
);
