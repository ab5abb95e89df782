import { z } from "zod";
import { roles, type Role } from "@/lib/auth/permissions";

export const tokenInput = z
  .strictObject({
    name: z
      .string()
      .trim()
      .min(1, "Name it after what will use it.")
      .max(100, "At most 100 characters."),
    role: z.enum(roles),
    /** The identity that a token of role service speaks for; only for that role. */
    identityId: z
      .string()
      .max(64)
      .nullish()
      .transform((id) => id || null),
    /** No end if absent. */
    expiresInDays: z.coerce
      .number()
      .int("Whole days.")
      .min(1, "At least one day.")
      .max(3650, "At most ten years.")
      .nullish()
      .transform((days) => days ?? null),
  })
  .superRefine((input, context) => {
    if (input.role === "service" && input.identityId === null) {
      context.addIssue({
        code: "custom",
        path: ["identityId"],
        message: "A token of role service speaks for one identity: name it.",
      });
    }
    if (input.role !== "service" && input.identityId !== null) {
      context.addIssue({
        code: "custom",
        path: ["identityId"],
        message: "Only a token of role service speaks for an identity. Leave it out.",
      });
    }
  });
export type TokenInput = z.infer<typeof tokenInput>;
export type TokenRequest = z.input<typeof tokenInput>;

export const tokenStatuses = ["active", "expired", "revoked"] as const;
export type TokenStatus = (typeof tokenStatuses)[number];

export const tokenQuery = z.strictObject({
  status: z.enum(tokenStatuses).optional(),
  role: z.enum(roles).optional(),
  cursor: z.string().max(256).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type TokenQuery = z.infer<typeof tokenQuery>;
export type TokenQueryInput = z.input<typeof tokenQuery>;

export type TokenDto = Readonly<{
  id: string;
  name: string;
  role: Role;
  identity: Readonly<{ id: string; name: string }> | null;
  /** The beginning of the secret, to tell tokens apart. */
  hint: string;
  status: TokenStatus;
  createdBy: string;
  createdAt: string;
  expiresAt: string | null;
  revokedAt: string | null;
  entryId?: string;
}>;
export type TokenList = Readonly<{ items: readonly TokenDto[]; nextCursor: string | null }>;

/** `secret` is shown here once and kept nowhere; null when a repeated request is answered from memory. */
export type CreatedToken = TokenDto & Readonly<{ secret: string | null; entryId: string }>;
