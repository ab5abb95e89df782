"use server";

import { z } from "zod";
import { defineAction } from "@/lib/auth/define-action";
import { requestCrl } from "@/lib/authorities/request-crl";
import { createAuthority } from "@/lib/issuing/create-authority";
import { authorityInput } from "@/lib/authorities/schema";

export const create = defineAction("authorities.create", authorityInput, createAuthority);
export const publish = defineAction(
  "authorities.publish",
  z.strictObject({ id: z.string().max(64) }),
  (deps, actor, { id }) => requestCrl(deps, actor, id),
);
