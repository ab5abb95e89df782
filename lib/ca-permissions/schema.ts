import { z } from "zod";
import { note as noteText } from "@/lib/format/label";
import { acceptedDigest } from "@/lib/identities/schema";
import { isTrustDomain } from "@/lib/pki/trust-domain";

const maxDays = 366;
const maxCount = 100_000;

/** Lets an identity get CA certificates for its own keys, once the operator of the host confirmed it. */
export const caPermissionInput = z.strictObject({
  identity: z.string().trim().min(1, "Choose an identity.").max(64),
  /** The ID or slug of the CA that signs: one that may have CAs below it. */
  authority: z.string().trim().min(1, "Choose a CA.").max(64),
  /** The host of the SPIFFE IDs, such as `prod.example.com`. */
  trustDomain: z
    .string()
    .trim()
    .max(253)
    .refine(
      isTrustDomain,
      "Enter a trust domain in lower case, such as prod.example.com, without spiffe://.",
    ),
  /** The longest lifetime of a CA certificate. */
  maxDays: z.coerce
    .number()
    .int("Enter a whole number of days.")
    .min(1, "Enter at least 1 day.")
    .max(maxDays, `Enter at most ${maxDays} days.`),
  /** How many CA certificates, altogether. */
  count: z.coerce
    .number()
    .int("Enter a whole number.")
    .min(1, "Enter at least 1.")
    .max(maxCount, `Enter at most ${maxCount.toLocaleString("en")}.`),
  /**
   * The digest of the certificates, keys and tokens that the identity has already, all of which can
   * then get CA certificates. Needed if there are any.
   */
  accepted: acceptedDigest,
});
export type CaPermissionInput = z.infer<typeof caPermissionInput>;

export const caPermissionRevocation = z.strictObject({ comment: noteText(500).default("") });

export const caPermissionQuery = z.object({
  identity: z.string().max(64).optional(),
  authority: z.string().max(64).optional(),
});

export const caPermissionStatuses = [
  "waiting",
  "confirmed",
  "rejected",
  "used-up",
  "revoked",
] as const;

export type CaPermissionDto = Readonly<{
  id: string;
  identity: Readonly<{ id: string; name: string }>;
  authority: Readonly<{ id: string; slug: string }>;
  trustDomain: string;
  maxDays: number;
  count: number;
  used: number;
  /** `waiting` for the confirmation on the host. */
  status: (typeof caPermissionStatuses)[number];
  createdBy: string;
  createdAt: string;
  decidedBy: string | null;
  decidedAt: string | null;
  revokedAt: string | null;
}>;

export type CaPermissionList = Readonly<{
  items: readonly CaPermissionDto[];
  nextCursor: string | null;
}>;
