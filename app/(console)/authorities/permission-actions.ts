"use server";

import { z } from "zod";
import { defineAction } from "@/lib/auth/define-action";
import { createCaPermission } from "@/lib/ca-permissions/create-permission";
import { revokeCaPermission } from "@/lib/ca-permissions/revoke-permission";
import { caPermissionInput, caPermissionRevocation } from "@/lib/ca-permissions/schema";

export const createPermission = defineAction(
  "authorities.create",
  caPermissionInput,
  createCaPermission,
);
export const revokePermission = defineAction(
  "certificates.revoke",
  caPermissionRevocation.extend({ id: z.string().max(64) }),
  (deps, actor, { id, comment }) => revokeCaPermission(deps, actor, id, comment),
);
