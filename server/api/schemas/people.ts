import { z } from "@hono/zod-openapi";
import { accountRoles, accountStatuses } from "@/lib/accounts/schema";
import { roles } from "@/lib/auth/permissions";
import { identityKinds, identityStatuses } from "@/lib/identities/schema";
import { tokenStatuses } from "@/lib/tokens/schema";
import { entryId, instant } from "@/server/api/schemas/common";

export const identity = z
  .object({
    id: z.string().openapi({ example: "idn_01kat8m2wq7h4z0c9d5e6f7g8j" }),
    kind: z.enum([...identityKinds, "system"]),
    name: z.string(),
    owner: z.string(),
    status: z.enum(identityStatuses),
    note: z.string(),
    networks: z
      .array(z.string())
      .openapi({
        description: "Where its certificates may be used from; empty for anywhere.",
        example: ["10.20.0.0/16"],
      }),
    createdAt: instant,
    changedAt: instant,
    certificateCounts: z.object({
      valid: z.number().int(),
      expired: z.number().int(),
      revoked: z.number().int(),
    }),
    entryId,
  })
  .openapi("Identity");

export const account = z
  .object({
    id: z.string().openapi({ example: "usr_01kat8m2wq7h4z0c9d5e6f7g8j" }),
    email: z.string(),
    name: z.string(),
    role: z.enum(accountRoles),
    status: z.enum(accountStatuses),
    createdAt: instant,
    changedAt: instant,
    lastSignInAt: instant.nullable(),
    openSessions: z.number().int(),
    identity: z
      .object({ id: z.string(), name: z.string(), status: z.enum(identityStatuses) })
      .nullable()
      .openapi({ description: "The person whose certificates sign in to the account." }),
    entryId,
  })
  .openapi("User");

export const session = z
  .object({
    id: z.string(),
    accountId: z.string(),
    createdAt: instant,
    expiresAt: instant,
    endedAt: instant.nullable(),
    open: z.boolean(),
    certificateId: z
      .string()
      .nullable()
      .openapi({
        description:
          "The certificate that started the session: it counts only beside it and ends with it.",
      }),
    ip: z.string(),
    userAgent: z.string(),
    current: z.boolean(),
  })
  .openapi("Session");

const tokenShape = {
  id: z.string().openapi({ example: "tok_01kat8m2wq7h4z0c9d5e6f7g8j" }),
  name: z.string(),
  role: z.enum(roles),
  identity: z.object({ id: z.string(), name: z.string() }).nullable(),
  hint: z.string().openapi({ description: "The beginning of the secret." }),
  status: z.enum(tokenStatuses),
  createdBy: z.string(),
  createdAt: instant,
  expiresAt: instant.nullable(),
  revokedAt: instant.nullable(),
  entryId,
};
export const token = z.object(tokenShape).openapi("Token");
export const createdToken = z
  .object({
    ...tokenShape,
    secret: z
      .string()
      .nullable()
      .openapi({
        description:
          "Shown in this answer alone and kept nowhere; null when the answer is repeated for an Idempotency-Key.",
        example: "chy_…",
      }),
  })
  .openapi("CreatedToken");
