import { z } from "zod";
import type { Decision } from "@/lib/log/types";
import { generalNameTypes, revocationReasons } from "@/lib/pki/types";
import type { GeneralName, RevocationReason } from "@/lib/pki/types";
import type { Finding } from "@/lib/errors/app-error";

const oneMebibyte = 1_048_576;
const comment = z.string().trim().max(500, "At most 500 characters.");
const moment = z.iso.datetime({
  offset: true,
  message: "Write a time such as 2026-11-23T02:38:07Z.",
});
const seconds = z
  .number()
  .int("Whole seconds.")
  .min(0, "Not below zero.")
  .max(4_000_000_000, "That is longer than a century.");

const nameInput = z.strictObject({
  type: z.enum(generalNameTypes),
  value: z.string().trim().min(1, "Write the name.").max(2048),
});
const attributeInput = z.strictObject({
  type: z.string().trim().min(1).max(64),
  value: z.string().min(1).max(256),
});

/** What asks for a certificate. `sans` and `subject` replace what the CSR asks; the profile still decides. */
export const issueInput = z.strictObject({
  profile: z.string().trim().min(1, "Name a profile by its id or slug.").max(64),
  identity: z.string().trim().min(1, "Name the identity by its id.").max(64),
  csr: z
    .string()
    .min(1, "Paste a certificate signing request.")
    .max(oneMebibyte, "A signing request of this size is not one."),
  validitySeconds: seconds.min(1, "At least one second.").optional(),
  sans: z.array(nameInput).max(200, "At most 200 names.").optional(),
  subject: z.array(attributeInput).max(20).optional(),
});
export type IssueInput = z.infer<typeof issueInput>;

export const rotateInput = z.strictObject({
  csr: z
    .string()
    .min(1, "Paste a certificate signing request made with a new key.")
    .max(oneMebibyte, "A signing request of this size is not one."),
  /** How long the predecessor stays valid; 0 revokes it at once. The profile's overlap if absent. */
  overlapSeconds: seconds.optional(),
  validitySeconds: seconds.min(1, "At least one second.").optional(),
});
export type RotateInput = z.infer<typeof rotateInput>;

export const revokeInput = z.strictObject({
  reason: z.enum(revocationReasons),
  comment: comment.optional(),
  /** When the key is believed to have gone astray; never in the future. */
  invalidityDate: moment.optional(),
});
export type RevokeInput = z.infer<typeof revokeInput>;

export const releaseInput = z.strictObject({ comment: comment.optional() });
export type ReleaseInput = z.infer<typeof releaseInput>;

export const certificateStatuses = [
  "valid",
  "expired",
  "held",
  "revoked",
  "pending",
  "failed",
] as const;
/** valid while notAfter has not passed; held and revoked whatever the clock says; pending is planned and not signed yet. */
export type CertificateStatus = (typeof certificateStatuses)[number];

export const certificateSorts = ["-createdAt", "createdAt", "notAfter", "-notAfter"] as const;
export type CertificateSort = (typeof certificateSorts)[number];

/** What a list can be asked for: a status, or "expiring": valid, near its end (a third of its life, at most thirty days), without a successor, not Chancery's own. */
export const certificateStates = [...certificateStatuses, "expiring"] as const;
export type CertificateListState = (typeof certificateStates)[number];

/** Filters as they stand in a URL. */
export const certificateQuery = z.strictObject({
  state: z.enum(certificateStates).optional(),
  /** Words: the beginning of a common name, or a whole name, serial, fingerprint or id. */
  q: z.string().trim().max(256).optional(),
  identity: z.string().max(64).optional(),
  profile: z.string().max(64).optional(),
  authority: z.string().max(64).optional(),
  serial: z.string().max(128).optional(),
  expiresAfter: moment.optional(),
  expiresBefore: moment.optional(),
  sort: z.enum(certificateSorts).default("-createdAt"),
  cursor: z.string().max(256).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type CertificateQuery = z.infer<typeof certificateQuery>;
export type CertificateQueryInput = z.input<typeof certificateQuery>;

export type RevocationDto = Readonly<{
  at: string;
  reason: RevocationReason;
  comment: string;
  invalidityDate: string | null;
}>;

/** A certificate as a list shows it. Times are RFC 3339 in UTC, whole seconds. */
export type CertificateItem = Readonly<{
  id: string;
  /** Lower-case hex. */
  serial: string;
  status: CertificateStatus;
  notBefore: string;
  notAfter: string;
  /** RFC 4514-like, most specific first. */
  subject: string;
  commonName: string;
  sans: readonly GeneralName[];
  fingerprintSha256: string | null;
  profile: Readonly<{ id: string; slug: string; version: number }>;
  identity: Readonly<{ id: string; name: string; kind: string }>;
  authority: Readonly<{ id: string; slug: string }>;
  keyAlgorithm: string;
  keySha256: string;
  revocation: RevocationDto | null;
  predecessorId: string | null;
  successorId: string | null;
  /** When the predecessor of a rotation will be revoked as superseded. */
  supersedeAt: string | null;
  createdAt: string;
  issuedAt: string | null;
  requestedBy: string;
}>;

export type CertificateDto = CertificateItem &
  Readonly<{
    /** Null until it is signed. */
    pem: string | null;
    /** The issuing certificate and what is above it, without the root. */
    chainPem: string;
    /** Notices and warnings that did not stop it; set in the answer to an act. */
    findings?: readonly Finding[];
    decision?: Decision;
    /** The entry that recorded the act which this answers. */
    entryId?: string;
  }>;

export type CertificateList = Readonly<{
  items: readonly CertificateItem[];
  nextCursor: string | null;
  /** Counted up to ten thousand; `capped` says that there are more. */
  total: Readonly<{ count: number; capped: boolean }>;
}>;

export type CertificatePreview = Readonly<{
  request: Readonly<{
    subject: string;
    sans: readonly GeneralName[];
    key: string;
    keySha256: string;
    ignored: readonly string[];
  }> | null;
  findings: readonly Finding[];
  plan: Readonly<{
    notBefore: string;
    notAfter: string;
    subject: string;
    sans: readonly GeneralName[];
    extensions: readonly Readonly<{
      name: string;
      oid: string;
      critical: boolean;
      lines: readonly string[];
    }>[];
  }> | null;
  decision: Decision;
}>;

export type RevocationPreview = Readonly<{
  certificate: CertificateItem;
  lastUsedAt: string | null;
  uses: number;
  /** How many network addresses it was used from. */
  origins: number;
  otherCertificatesOfIdentity: number;
  successor: Readonly<{ id: string; status: CertificateStatus; notAfter: string }> | null;
}>;
