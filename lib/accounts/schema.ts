import { z } from "zod";
import { roles, type Role } from "@/lib/auth/permissions";

/** Roles of people; `service` belongs to tokens and certificates. */
export const accountRoles = [
  "admin",
  "operator",
  "approver",
  "auditor",
] as const satisfies readonly Role[];
export type AccountRole = (typeof accountRoles)[number];
export const accountStatuses = ["active", "disabled"] as const;
export type AccountStatus = (typeof accountStatuses)[number];

const common = new Set([
  "password1234",
  "passwordpassword",
  "123456789012",
  "qwertyuiop12",
  "administrator",
  "letmeinletmein",
  "changemechangeme",
]);

/** Length is what counts (NIST SP 800-63B-4 §3.1.1.2): no rule about kinds of characters. */
export const newPassword = z
  .string()
  .min(12, "At least 12 characters; a few words that only you would put together are best.")
  .max(1024, "At most 1,024 characters.")
  .refine(
    (text) => new Set(text).size > 4 && !common.has(text.toLowerCase()),
    "This is among the first that anybody would try. Choose another.",
  );

const name = z.string().trim().min(1, "Write a name.").max(100, "At most 100 characters.");
export const accountEmail = z
  .email("Write an e-mail address, such as admin@example.com.")
  .max(254)
  .transform((text) => text.toLowerCase());

export const accountInput = z.strictObject({
  email: accountEmail,
  name,
  role: z.enum(accountRoles),
  password: newPassword,
});
export type AccountInput = z.infer<typeof accountInput>;

export const accountChange = z.strictObject({
  name: name.optional(),
  role: z.enum(accountRoles).optional(),
  status: z.enum(accountStatuses).optional(),
  /** Sets a new password and ends every session of the account. */
  password: newPassword.optional(),
  /** The id of the person whose certificates sign in to the account; null for none. Another one ends the sessions that certificates started. */
  identity: z.string().trim().min(1, "Choose a person, or none.").max(64).nullable().optional(),
});
export type AccountChange = z.infer<typeof accountChange>;

export const passwordChange = z.strictObject({
  current: z.string().min(1, "Write the password that you have now.").max(1024),
  password: newPassword,
});
export type PasswordChange = z.infer<typeof passwordChange>;

export const signInInput = z.strictObject({
  email: z.string().min(1, "Write your e-mail address.").max(254),
  password: z.string().min(1, "Write your password.").max(1024),
});
export type SignInInput = z.infer<typeof signInInput>;

export const accountQuery = z.strictObject({
  role: z.enum(accountRoles).optional(),
  status: z.enum(accountStatuses).optional(),
  /** The beginning of an e-mail address or name. */
  q: z.string().trim().max(128).optional(),
  cursor: z.string().max(512).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type AccountQuery = z.infer<typeof accountQuery>;
export type AccountQueryInput = z.input<typeof accountQuery>;

export type AccountDto = Readonly<{
  id: string;
  email: string;
  name: string;
  role: AccountRole;
  status: AccountStatus;
  createdAt: string;
  changedAt: string;
  /** When a session was last started; null for never. */
  lastSignInAt: string | null;
  openSessions: number;
  /** The person whose certificates sign in to it. */
  identity: Readonly<{ id: string; name: string; status: "active" | "suspended" }> | null;
  entryId?: string;
}>;
export type AccountList = Readonly<{ items: readonly AccountDto[]; nextCursor: string | null }>;

export type SessionDto = Readonly<{
  id: string;
  accountId: string;
  createdAt: string;
  expiresAt: string;
  endedAt: string | null;
  /** False too once the certificate that it is bound to does not count any more. */ open: boolean;
  certificateId: string | null;
  ip: string;
  userAgent: string;
  current: boolean;
}>;

/** Why a session does not count: it is over, or bound to a certificate that the request did not come with. */
export type LostSession = "ended" | "needs-certificate" | "other-certificate";

export const isRole = (text: string): text is Role => (roles as readonly string[]).includes(text);
