"use server";

import { defineAction } from "@/lib/auth/define-action";
import { createAuthority } from "@/lib/issuing/create-authority";
import { authorityInput } from "@/lib/authorities/schema";

export const create = defineAction("authorities.create", authorityInput, createAuthority);
