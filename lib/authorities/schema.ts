import { z } from "zod";
import { label } from "@/lib/format/label";
import { authorityKeyAlgorithms, type AuthorityKeyAlgorithm } from "@/lib/pki/types";

/** The shard of a CRL that covers every certificate of its authority. */
export const wholeCrl = "";
const slugPattern = /^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?$/;

export const authorityName = label(
  64,
  "Enter a name.",
  "Use at most 64 characters (RFC 5280, ub-common-name).",
);
export const authoritySlug = z
  .string()
  .trim()
  .regex(
    slugPattern,
    "Use 1 to 48 lowercase letters, digits and hyphens. It is part of the CRL and CA URLs.",
  );

export const authorityInput = z.strictObject({
  name: authorityName,
  slug: authoritySlug.optional(),
  /** The authority that signs its certificate; null for a root. */
  parentId: z.string().max(64).nullable(),
  keyAlgorithm: z.enum(authorityKeyAlgorithms).default("ecdsa-p256"),
  validityYears: z.number().int("Enter whole years.").min(1).max(40),
  pathLength: z.number().int().min(0).max(5).nullable().optional(),
});
export type AuthorityInput = z.infer<typeof authorityInput>;

export type AuthorityDto = Readonly<{
  id: string;
  slug: string;
  name: string;
  kind: "root" | "issuing";
  /** failed: rejected on the host, or not confirmed in time; it never becomes active. */
  status: "pending" | "active" | "failed" | "retired";
  keyAlgorithm: AuthorityKeyAlgorithm;
  parentId: string | null;
  subject: string;
  notBefore: string | null;
  notAfter: string | null;
  serial: string | null;
  fingerprintSha256: string | null;
  certificateId: string | null;
  certificatePem: string | null;
  /** Its certificate and those of the CAs above it, without the root; for a root, its own. */
  chainPem: string;
  crl: Readonly<{
    number: string;
    thisUpdate: string;
    nextUpdate: string;
    entryCount: number;
  }> | null;
  counts: Readonly<{ valid: number; held: number; revoked: number; expired: number }>;
  urls: Readonly<{
    crl: string;
    ocsp: string;
    certificate: string;
    certificatePem: string;
    chain: string;
  }>;
  /**
   * Set while its certificate waits for the confirmation of the host's operator, who runs this
   * command.
   */
  confirmation: Readonly<{ command: string }> | null;
  /** What the signer ever signs with its key; null before it is confirmed. */
  ceiling: CeilingDto | null;
  createdAt: string;
}>;

/** `*` in a list allows anything of that kind. */
export type CeilingDto = Readonly<{
  dns: readonly string[];
  uri: readonly string[];
  email: readonly string[];
  ip: readonly string[];
  usages: readonly string[];
  maxDays: number;
  version: number;
  setBy: string;
  setAt: string;
}>;
