import { z } from "zod";
import { searchText } from "@/lib/format/search-text";
import { label } from "@/lib/format/label";
import { type Role, roles } from "@/lib/access/roles";

/** Administrator tokens always expire: after this many days if none are named. */
export const adminTokenDays = { preset: 90, most: 365 } as const;

/**
 * The roles that a token may have whose maker has this role, so that a token never may do more than
 * its maker. An administrator hands out every role.
 */
const rolesBelow: Readonly<Record<Role, readonly Role[]>> = {
  admin: roles,
  operator: ["operator"],
  approver: ["approver"],
  auditor: ["auditor"],
  service: ["service"],
};

/** Whether a token with `role` stays within what its maker, with `makerRole`, may do. */
export const isWithin = (role: Role, makerRole: Role): boolean =>
  rolesBelow[makerRole].includes(role);

export const tokenInput = z
  .strictObject({
    name: label(100),
    role: z.enum(roles),
    /** The identity that a token of role service speaks for; only for that role. */
    identityId: z
      .string()
      .max(64)
      .nullish()
      .transform((id) => id || null),
    /**
     * If absent, no end but that of its maker; for an administrator token, `adminTokenDays.preset`.
     */
    expiresInDays: z.coerce
      .number()
      .int("Enter a whole number of days.")
      .min(1, "Enter at least 1 day.")
      .max(3650, "Enter at most 3,650 days.")
      .nullish()
      .transform((days) => days ?? null),
  })
  .superRefine((input, context) => {
    if (input.role === "service" && input.identityId === null) {
      context.addIssue({
        code: "custom",
        path: ["identityId"],
        message: "A service token needs an identity. Choose one.",
      });
    }
    if (input.role !== "service" && input.identityId !== null) {
      context.addIssue({
        code: "custom",
        path: ["identityId"],
        message: "Only a service token has an identity. Leave it out.",
      });
    }
    if (input.role === "admin" && (input.expiresInDays ?? 0) > adminTokenDays.most) {
      context.addIssue({
        code: "custom",
        path: ["expiresInDays"],
        message: `Enter at most ${adminTokenDays.most} days for an administrator token.`,
      });
    }
  });
export type TokenInput = z.infer<typeof tokenInput>;

export const tokenStatuses = ["active", "expired", "revoked"] as const;
export type TokenStatus = (typeof tokenStatuses)[number];

export const tokenQuery = z.strictObject({
  status: z.enum(tokenStatuses).optional(),
  role: z.enum(roles).optional(),
  /** Words, each a part of the name or of the beginning of the secret, or a whole id. */
  q: searchText,
  /** Tokens that end with this account (usr_…). */
  account: z.string().max(64).optional(),
  /** Tokens that were made with this token (tok_…), or with one of those. */
  madeWith: z.string().max(64).optional(),
  /** Active tokens without a recorded request in this many days. */
  unusedForDays: z.coerce.number().int().min(1).max(3650).optional(),
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
  /** The token that it was made with; it ends with it. */
  parent: Readonly<{ id: string; name: string }> | null;
  /** The account that it belongs to; it ends when that is disabled or loses the role. */
  account: Readonly<{ id: string; email: string }> | null;
  /** The last recorded request with it, as of a second ago; null if there is none. */
  lastUsedAt: string | null;
  createdAt: string;
  expiresAt: string | null;
  revokedAt: string | null;
}>;
export type TokenList = Readonly<{ items: readonly TokenDto[]; nextCursor: string | null }>;

/**
 * `secret` is returned once and not stored; null when a repeated request is answered from
 * memory.
 */
export type CreatedToken = TokenDto & Readonly<{ secret: string | null }>;

/** A token that was revoked, and how many others that were made with it ended too. */
export type RevokedToken = TokenDto & Readonly<{ alsoRevoked: number }>;
