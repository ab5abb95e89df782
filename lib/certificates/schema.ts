import { z } from "zod";
import { note, optionalLabel } from "@/lib/format/label";
import type { IdentityStatus } from "@/lib/identities/schema";
import type { Finding } from "@/lib/errors/types";
import type { Decision } from "@/lib/log/types";
import { idList, searchTextOrNumber } from "@/lib/format/search-text";
import {
  identityKinds,
  revocationReasons,
  subjectKeyAlgorithms,
  type GeneralName,
  type RevocationReason,
} from "@/lib/pki/types";

const comment = note(500);
/** A point in time, RFC 3339. */
export const moment = z.iso.datetime({
  offset: true,
  message: "Enter a time, such as 2026-11-23T02:38:07Z.",
});
export const revokeInput = z.strictObject({
  reason: z.enum(revocationReasons),
  comment: comment.optional(),
  /** When the key is believed to have been compromised; not in the future. */
  invalidityDate: moment.optional(),
});
export type RevokeInput = z.infer<typeof revokeInput>;

export const requestRotationInput = z.strictObject({
  /**
   * Until when a successor is to be issued: in the future, and not after the certificate expires. In a
   * week if absent, or when it expires if that is earlier.
   */
  replaceBy: moment.optional(),
  comment: comment.optional(),
});
export type RequestRotationInput = z.infer<typeof requestRotationInput>;

export const cancelRotationRequestInput = z.strictObject({ comment: comment.optional() });
export type CancelRotationRequestInput = z.infer<typeof cancelRotationRequestInput>;

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
/**
 * valid: until notAfter has passed. held and revoked: regardless of expiration. pending: planned
 * and not signed yet.
 */
export type CertificateStatus = (typeof certificateStatuses)[number];

export const certificateSorts = ["-createdAt", "createdAt", "notAfter", "-notAfter"] as const;
export type CertificateSort = (typeof certificateSorts)[number];

/**
 * What a list can be filtered by: a status, or "expiring": valid, in the last third of its lifetime
 * and within 30 days of its expiration, without a successor, and neither one of Chancery's own nor
 * "short-lived": valid, with a lifetime of a week at most, which only a program renews in time.
 */
export const certificateStates = [...certificateStatuses, "expiring", "short-lived"] as const;
export type CertificateListState = (typeof certificateStates)[number];

/**
 * Whether a certificate has a successor. "automatic": it needs none, because a program renews it in
 * time: a short-lived one, or one of Chancery's own.
 */
export const successorStates = ["none", "issued", "automatic"] as const;
export type SuccessorState = (typeof successorStates)[number];

/** Whether it is to be replaced, and has no successor; overdue: the date for that is over. */
export const rotationStates = ["requested", "overdue"] as const;
export type RotationState = (typeof rotationStates)[number];

/** Filters as a URL has them. */
export const certificateQuery = z.strictObject({
  state: z.enum(certificateStates).optional(),
  /**
   * Words, each a part of a name of the certificate, of its identity or of the owner (of one or two
   * letters: a beginning); or a whole id, or a serial number, fingerprint or hash of the key, of
   * which 8 digits are enough, or a whole serial number in decimal.
   */
  q: searchTextOrNumber,
  identity: z.string().max(64).optional(),
  /** The kind of its identity. */
  kind: z.enum([...identityKinds, "system"]).optional(),
  /** A part of the owner of its identity. */
  owner: optionalLabel(128).optional(),
  /** The algorithm of its key. */
  algorithm: z.enum(subjectKeyAlgorithms).optional(),
  /** Whether Chancery made its private key. */
  serverKey: z.enum(["true", "false"]).optional(),
  profile: z.string().max(64).optional(),
  authority: z.string().max(64).optional(),
  serial: z.string().max(128).optional(),
  /** SHA-256 of the public key (SubjectPublicKeyInfo), in lowercase hexadecimal. */
  key: z
    .string()
    .regex(/^[0-9a-f]{64}$/, "Enter the SHA-256 of a public key: 64 lowercase hexadecimal digits.")
    .optional(),
  successor: z.enum(successorStates).optional(),
  /** Whether its rotation is requested. */
  rotation: z.enum(rotationStates).optional(),
  /** "never": it can authenticate a client, and has no recorded use. */
  use: z.enum(["never"]).optional(),
  /** Whether Chancery's own are in the list; they are if absent. */
  own: z.enum(["include", "exclude"]).optional(),
  expiresAfter: moment.optional(),
  expiresBefore: moment.optional(),
  /** Only these, by id, separated by commas. */
  ids: idList.optional(),
  sort: z.enum(certificateSorts).default("-createdAt"),
  cursor: z.string().max(256).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type CertificateQuery = z.infer<typeof certificateQuery>;
export type CertificateQueryInput = z.input<typeof certificateQuery>;

/** Whether the filters name what may be Chancery's own: then leaving it out would be wrong. */
const namesOwn = ({ kind, identity, key, serial, ids }: CertificateQuery): boolean =>
  kind === "system" || [identity, key, serial, ids].some((given) => given !== undefined);

/**
 * The filters of a list as the console shows it, which leaves Chancery's own out unless they are
 * asked for.
 */
export const consoleFilters = (query: CertificateQuery): CertificateQuery => ({
  ...query,
  own: query.own ?? (namesOwn(query) ? "include" : "exclude"),
});

export type RevocationDto = Readonly<{
  at: string;
  reason: RevocationReason;
  comment: string;
  invalidityDate: string | null;
}>;

/** A request to replace a valid certificate that has no successor. */
export type RotationRequestDto = Readonly<{
  replaceBy: string;
  requestedAt: string;
  /** The label of who requested it. */
  requestedBy: string;
  comment: string;
}>;

/** A certificate as a list shows it. Times are RFC 3339 in UTC, whole seconds. */
export type CertificateItem = Readonly<{
  id: string;
  /** Lowercase hex. */
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
  identity: Readonly<{
    id: string;
    name: string;
    kind: string;
    owner: string;
    status: IdentityStatus;
  }>;
  authority: Readonly<{ id: string; slug: string }>;
  keyAlgorithm: string;
  keySha256: string;
  /** Whether Chancery made the private key and handed it out; false for a key made elsewhere. */
  serverKey: boolean;
  revocation: RevocationDto | null;
  predecessorId: string | null;
  successorId: string | null;
  /** When the predecessor of a rotation will be revoked as superseded. */
  supersedeAt: string | null;
  /** Null without a request, and once there is a successor or the certificate is no longer valid. */
  rotationRequest: RotationRequestDto | null;
  createdAt: string;
  issuedAt: string | null;
  requestedBy: string;
}>;

export type CertificateDto = CertificateItem &
  Readonly<{
    /** Null until it is signed. */
    pem: string | null;
    /** The certificates of the issuer and of the CAs above it, without the root. */
    chainPem: string;
    /** Notices and warnings; only in the response to issuing. */
    findings?: readonly Finding[];
    decision?: Decision;
    /** Names that issuing added to the identity; only in the response to issuing. */
    namesAdded?: readonly Readonly<{ type: string; value: string }>[];
    /** What the CSR asked for and the certificate doesn't have; only in the response to issuing. */
    ignored?: readonly string[];
  }> &
  HandedOutKey;

/**
 * Only in the response to issuing with a key that Chancery made: the key, PEM or a PKCS#12 file in
 * base64. Null in a repeated response, which is all that is ever stored of it.
 */
export type HandedOutKey = Readonly<{
  privateKeyPem?: string | null;
  privateKeyPkcs12?: string | null;
  keyHandedOut?: true;
  /** What to do if the key never arrived. */
  keyNotice?: string;
}>;

export type CertificateList = Readonly<{
  items: readonly CertificateItem[];
  nextCursor: string | null;
  previousCursor: string | null;
  /** Counted up to ten thousand; `capped` if there are more. */
  total: Readonly<{ count: number; capped: boolean }>;
}>;

/** A public key, a CSR or a certificate in PEM. */
const pastedKey = z.string().max(65_536, "This is too large. The limit is 64 KiB.");
export const blockKeyInput = z.strictObject({ key: pastedKey, comment: comment.default("") });
export type BlockKeyInput = z.output<typeof blockKeyInput>;

/** The SHA-256 of the SPKI of a key for which no certificate is issued anymore. */
export type BlockedKey = Readonly<{ keySha256: string }>;
/** A public key, how many certificates have it, and whether it is blocked. */
export type KeyOfText = Readonly<{ keySha256: string; certificates: number; blocked: boolean }>;

export type PreviewedName = Readonly<{
  type: string;
  value: string;
  from: "san" | "subject";
  state: "held" | "would-add" | "held-by-another" | "not-held";
  /** The name or pattern that covers it. */
  by: string | null;
  /** Who holds it; null for an identity that requests for itself. */
  holder: Readonly<{ id: string; name: string }> | null;
}>;

export type CertificatePreview = Readonly<{
  request: Readonly<{
    subject: string;
    sans: readonly GeneralName[];
    key: string;
    /** Null for a key that Chancery makes when the certificate is issued. */
    keySha256: string | null;
    ignored: readonly string[];
  }> | null;
  findings: readonly Finding[];
  /** Each name of the certificate, and whether the identity holds it. */
  names: readonly PreviewedName[];
  /** Names that issuing would add to the identity: send them back as `addNames` to confirm them. */
  addNames: readonly Readonly<{ type: string; value: string }>[];
  plan: Readonly<{
    /** Send it back as `previewSha256` to have exactly this certificate issued. */
    sha256: string;
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
