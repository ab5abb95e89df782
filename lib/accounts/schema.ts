import { z } from "zod";
import { searchText } from "@/lib/format/search-text";
import { label } from "@/lib/format/label";
import type { Role } from "@/lib/access/roles";
import { acceptedDigest } from "@/lib/identities/schema";

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

/** Length only, no character classes (NIST SP 800-63B-4 §3.1.1.2). */
export const newPassword = z
  .string()
  .min(12, "Use at least 12 characters. A few random words work well.")
  .max(1024, "Use at most 1,024 characters.")
  .refine(
    (text) => text.length < 12 || (new Set(text).size > 4 && !common.has(text.toLowerCase())),
    "That password is too common. Choose another one.",
  );

const name = label(100);
export const accountEmail = z
  .email("Enter an email address, such as admin@example.com.")
  .max(254)
  .transform((text) => text.toLowerCase());

export const accountInput = z.strictObject({
  email: accountEmail,
  name,
  role: z.enum(accountRoles),
  /** Accepts that identities which hold the email as a name for certificates keep it. */
  acceptEmailHolders: z.literal(true).optional(),
});
export type AccountInput = z.infer<typeof accountInput>;

export const accountChange = z.strictObject({
  name: name.optional(),
  role: z.enum(accountRoles).optional(),
  status: z.enum(accountStatuses).optional(),
  /**
   * Turns password sign-in off: only certificates of the linked person sign in then. A link turns
   * it on again.
   */
  removePassword: z.literal(true).optional(),
  /**
   * The id of the person whose certificates sign in to the account; null for none. Changing it ends
   * the sessions that were started with a certificate.
   */
  identity: z.string().trim().min(1, "Choose a person, or none.").max(64).nullable().optional(),
  /**
   * The digest of the certificates, keys and tokens that the person has already, all of which can
   * then sign in. Needed if there are any, and for another role if a person is linked.
   */
  accepted: acceptedDigest,
});
/** Of one's own account. */
export const nameChange = accountChange.pick({ name: true }).required();

export type AccountChange = z.infer<typeof accountChange>;

export const passwordChange = z.strictObject({
  current: z.string().min(1, "Enter your current password.").max(1024),
  password: newPassword,
});
export type PasswordChange = z.infer<typeof passwordChange>;

/** The secret of a link, as its page sends it. */
const invitationToken = z.string().max(128);
export const invitationQuery = z.strictObject({ token: invitationToken });
export const invitationAcceptance = z.strictObject({
  token: invitationToken,
  password: newPassword,
});
export type InvitationAcceptance = z.infer<typeof invitationAcceptance>;

/** What the page of a link shows. */
export type InvitationDto = Readonly<{
  email: string;
  name: string;
  /** True if the user has a password, which the link replaces. */
  hasPassword: boolean;
  /** True if certificates sign in to the account, so that it needs no password. */
  hasCertificate: boolean;
  expiresAt: string;
}>;

export const signInInput = z.strictObject({
  email: z.string().min(1, "Enter your email address.").max(254),
  password: z.string().min(1, "Enter your password.").max(1024),
});
export type SignInInput = z.infer<typeof signInInput>;
/** What was entered, whatever it is: a sign-in that the schema refuses is recorded too. */
export type EnteredSignIn = Readonly<{ email: string; password: string }>;

export const accountQuery = z.strictObject({
  role: z.enum(accountRoles).optional(),
  status: z.enum(accountStatuses).optional(),
  /** Words, each a part of the email or name, or a whole id. */
  q: searchText,
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
  /** False until the user has set a password. */
  hasPassword: boolean;
  /** The link with which the user can set a password, while it is open; null for none. */
  invitation: Readonly<{ createdAt: string; expiresAt: string }> | null;
  /** The person whose certificates sign in to it. */
  identity: Readonly<{ id: string; name: string; status: "active" | "suspended" }> | null;
}>;
/**
 * A new account or link. `link` is the path of the page on which the user sets their password, with
 * its secret; it is in this answer alone.
 */
export type InvitedAccount = AccountDto & Readonly<{ link: string | null }>;
export type AccountList = Readonly<{ items: readonly AccountDto[]; nextCursor: string | null }>;

export type SessionDto = Readonly<{
  id: string;
  accountId: string;
  createdAt: string;
  expiresAt: string;
  endedAt: string | null;
  /** It ends then unless there is activity before. */
  idleUntil: string;
  /** False also if the certificate that it is bound to is no longer valid. */
  open: boolean;
  certificateId: string | null;
  ip: string;
  userAgent: string;
  current: boolean;
}>;

/**
 * Why a session is not valid: it is over, ended without activity, or is bound to a certificate that
 * is not the request's.
 */
export type LostSession = "ended" | "idle" | "needs-certificate" | "other-certificate";
