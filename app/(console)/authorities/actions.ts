"use server";

import { act } from "@/lib/auth/act";
import { createAuthority } from "@/lib/authorities/create-authority";
import { authorityInput } from "@/lib/authorities/schema";

export const create = act("authorities.create", authorityInput, createAuthority);
