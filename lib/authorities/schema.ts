import { z } from "zod";
import { authorityKeyAlgorithms } from "@/lib/pki/types";
import type { AuthorityKeyAlgorithm } from "@/lib/pki/types";

/** The shard of a CRL that covers every certificate of its authority. */
export const wholeCrl = "";
export const slugPattern = /^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?$/;

export const authorityName = z
  .string()
  .trim()
  .min(1, "Name the authority.")
  .max(64, "At most 64 characters (RFC 5280, ub-common-name).");
export const authoritySlug = z
  .string()
  .trim()
  .regex(
    slugPattern,
    "Lower-case letters, digits and hyphens, 1 to 48; it stands in CRL and CA addresses.",
  );

export const authorityInput = z.strictObject({
  name: authorityName,
  slug: authoritySlug.optional(),
  /** The authority that signs it; null makes a root. */
  parentId: z.string().max(64).nullable(),
  keyAlgorithm: z.enum(authorityKeyAlgorithms).default("ecdsa-p256"),
  validityYears: z.number().int("Whole years.").min(1).max(40),
  pathLength: z.number().int().min(0).max(5).nullable().optional(),
});
export type AuthorityInput = z.infer<typeof authorityInput>;

export type AuthorityDto = Readonly<{
  id: string;
  slug: string;
  name: string;
  kind: "root" | "issuing";
  status: "pending" | "active" | "retired";
  keyAlgorithm: AuthorityKeyAlgorithm;
  parentId: string | null;
  subject: string;
  notBefore: string | null;
  notAfter: string | null;
  serial: string | null;
  fingerprintSha256: string | null;
  certificateId: string | null;
  certificatePem: string | null;
  /** Its own certificate and what is above it, without the root; the root's own for a root. */
  chainPem: string;
  crl: Readonly<{
    number: string;
    thisUpdate: string;
    nextUpdate: string;
    entryCount: number;
  }> | null;
  counts: Readonly<{ valid: number; revoked: number; expired: number }>;
  urls: Readonly<{
    crl: string;
    ocsp: string;
    certificate: string;
    certificatePem: string;
    chain: string;
  }>;
  createdAt: string;
  entryId?: string;
}>;
