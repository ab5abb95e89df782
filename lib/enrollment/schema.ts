import { z } from "zod";
import { note as noteText } from "@/lib/format/label";
import { networkText } from "@/lib/net/schema";

const maxUses = 100;
const dayMinutes = 1_440;
const maxMinutes = 30 * dayMinutes;

/** A secret with which a machine gets certificates for one identity, under one profile. */
export const enrollmentSecretInput = z.strictObject({
  /** The slug of a profile that the identity may use for itself. */
  profile: z.string().trim().min(1, "Choose a profile.").max(64),
  /** How many certificates or ACME accounts it gets. */
  uses: z.coerce
    .number()
    .int("Enter a whole number of uses.")
    .min(1, "Enter at least 1 use.")
    .max(maxUses, `Enter at most ${maxUses} uses.`)
    .nullish()
    .transform((uses) => uses ?? 1),
  expiresInMinutes: z.coerce
    .number()
    .int("Enter a whole number of minutes.")
    .min(1, "Enter at least 1 minute.")
    .max(maxMinutes, `Enter at most ${maxMinutes} minutes (30 days).`)
    .nullish()
    .transform((minutes) => minutes ?? dayMinutes),
  /** From where it is accepted; from everywhere if empty. */
  networks: z.array(networkText).max(64, "At most 64 networks.").default([]),
});
export type EnrollmentSecretInput = z.infer<typeof enrollmentSecretInput>;

export const secretRevocation = z.strictObject({ comment: noteText(500).default("") });

export const secretStatuses = ["active", "spent", "expired", "revoked"] as const;

export type EnrollmentSecretDto = Readonly<{
  /** Also the user name over HTTP Basic, and the key ID over ACME. */
  id: string;
  identityId: string;
  /** The slug of its profile. */
  profile: string;
  networks: readonly string[];
  status: (typeof secretStatuses)[number];
  uses: number;
  used: number;
  createdBy: string;
  createdAt: string;
  expiresAt: string;
  revokedAt: string | null;
}>;

/**
 * `secret` and `hmacKey` are returned once; null when a repeated request is answered from memory.
 * Over ACME, the key ID is `id`. Without a directory it binds no ACME accounts: its profile issues
 * neither DNS names nor addresses.
 */
export type CreatedEnrollmentSecret = EnrollmentSecretDto &
  Readonly<{
    secret: string | null;
    estUrl: string;
    hmacKey: string | null;
    directory: string | null;
  }>;

export type EnrollmentSecretList = Readonly<{
  items: readonly EnrollmentSecretDto[];
  nextCursor: string | null;
}>;
