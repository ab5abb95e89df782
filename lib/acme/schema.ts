import { z } from "zod";
import { note as noteText } from "@/lib/format/label";

const maxDays = 365;
const presetDays = 30;

/** A key that binds new ACME accounts to an identity. */
export const acmeKeyInput = z.strictObject({
  /** Slugs of the profiles that its accounts may use; every self-service profile if absent. */
  profiles: z.array(z.string().trim().min(1).max(48)).max(20).default([]),
  /** Names of the identity that its accounts may order; all that the identity holds if absent. */
  names: z.array(z.string().trim().min(1).max(300)).max(100).default([]),
  /** How long new accounts can be made with it; accounts that exist go on. */
  expiresInDays: z.coerce
    .number()
    .int("Enter a whole number of days.")
    .min(1, "Enter at least 1 day.")
    .max(maxDays, `Enter at most ${maxDays} days.`)
    .nullish()
    .transform((days) => days ?? presetDays),
});
export type AcmeKeyInput = z.infer<typeof acmeKeyInput>;

export const acmeKeyRevocation = z.strictObject({
  comment: noteText(500).default(""),
});

export const acmeKeyStatuses = ["active", "expired", "revoked"] as const;

export type AcmeKeyDto = Readonly<{
  /** Also its key ID in external account bindings. */
  id: string;
  identityId: string;
  profiles: readonly string[];
  names: readonly string[];
  status: (typeof acmeKeyStatuses)[number];
  /** ACME accounts that it bound and that can still order. */
  accounts: number;
  createdBy: string;
  createdAt: string;
  expiresAt: string;
  revokedAt: string | null;
}>;

/** `hmacKey` is returned once; null when a repeated request is answered from memory. */
export type CreatedAcmeKey = AcmeKeyDto &
  Readonly<{ kid: string; hmacKey: string | null; directory: string }>;

export type AcmeKeyList = Readonly<{
  items: readonly AcmeKeyDto[];
  nextCursor: string | null;
}>;
