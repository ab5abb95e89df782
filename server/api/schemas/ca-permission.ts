import { z } from "@hono/zod-openapi";
import { caPermissionStatuses } from "@/lib/ca-permissions/schema";
import { instant } from "./common";

export const caPermission = z
  .object({
    id: z.string().openapi({ example: "cap_01kat8m2wq7h4z0c9d5e6f7g8j" }),
    identity: z.object({ id: z.string(), name: z.string() }),
    authority: z.object({ id: z.string(), slug: z.string() }),
    trustDomain: z.string().openapi({ example: "prod.example.com" }),
    maxDays: z.number(),
    count: z.number().int(),
    used: z.number().int(),
    status: z.enum(caPermissionStatuses),
    createdBy: z.string(),
    createdAt: instant,
    decidedBy: z.string().nullable(),
    decidedAt: instant.nullable(),
    revokedAt: instant.nullable(),
  })
  .openapi("CaPermission");
