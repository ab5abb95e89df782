import { z } from "zod";
import { note } from "@/lib/format/label";
import type { HeldNameDto } from "@/lib/identities/schema";
import { nameInput, nameInputs } from "@/lib/identities/schema";

const comment = note(500);
const identityId = z.string().trim().min(1, "Choose an identity.").max(64);

/**
 * What becomes of certificates that carry a released name. `reserve`: the name stays reserved until
 * they end. `revoke`: they are revoked with it. `free`: another identity may have the name at once,
 * although they are valid.
 */
export const releaseModes = ["reserve", "revoke", "free"] as const;
export type ReleaseMode = (typeof releaseModes)[number];
const onRelease = z.enum(releaseModes).default("reserve");

export const namesChange = z.strictObject({
  add: nameInputs.default([]),
  release: z.array(nameInput).max(100, "At most 100 names at once.").default([]),
  onRelease,
  comment: comment.default(""),
});
export type NamesChange = z.infer<typeof namesChange>;

export const namesTransfer = z.strictObject({
  names: nameInputs.min(1, "Choose a name."),
  to: identityId,
  onRelease,
  comment: comment.default(""),
});
export type NamesTransfer = z.infer<typeof namesTransfer>;

export const namesShare = z.strictObject({
  names: nameInputs.min(1, "Choose a name."),
  /** The identities that hold these names or overlapping ones now. */
  with: z.array(identityId).min(1, "Choose who holds the name now.").max(50),
  comment: note(500, 1, "Say why the names are shared."),
  reviewAt: z.iso
    .datetime({ offset: true, message: "Enter a time, such as 2027-01-01T00:00:00Z." })
    .optional(),
});
export type NamesShare = z.infer<typeof namesShare>;

export const shareDecision = z.strictObject({
  /** The identities that keep their names; the others release theirs. */
  keep: z.array(identityId).min(1, "Choose who keeps the names.").max(50),
  onRelease,
  comment: comment.default(""),
});
export type ShareDecision = z.infer<typeof shareDecision>;

export const shareStates = ["undecided", "decided"] as const;
export const shareQuery = z.strictObject({ state: z.enum(shareStates).optional() });
export type ShareQuery = z.infer<typeof shareQuery>;

export type ShareDto = Readonly<{
  id: string;
  /** `undecided`: found by the upgrade, so an administrator has to decide it. */
  state: (typeof shareStates)[number];
  comment: string;
  reviewAt: string | null;
  createdBy: string;
  createdAt: string;
  members: readonly Readonly<{
    id: string;
    name: string;
    kind: string;
    names: readonly HeldNameDto[];
    liveCertificates: number;
    lastIssuedAt: string | null;
  }>[];
}>;
export type ShareList = Readonly<{ items: readonly ShareDto[]; nextCursor: null }>;

export const enforceInput = z.strictObject({
  /**
   * How many certificates can't be renewed any more, as it was shown; refused if it has changed.
   */
  unbound: z.number().int().min(0),
  comment: comment.default(""),
});
export type EnforceInput = z.infer<typeof enforceInput>;

/** A certificate with a name that its identity doesn't hold. */
export type UnboundCertificate = Readonly<{
  id: string;
  commonName: string;
  notAfter: string;
  identity: Readonly<{ id: string; name: string }>;
  names: readonly string[];
}>;
export type NameBindingDto = Readonly<{
  binding: "observed" | "enforced";
  /** What stops when names are enforced, up to 1,000; `unboundCount` is the whole number. */
  unbound: readonly UnboundCertificate[];
  unboundCount: number;
  conflicts: number;
}>;

export const namesImport = z.strictObject({
  /** Lines of `identity,type,value`; a first line of column titles is left out. */
  csv: z.string().min(1, "Paste lines of identity,type,value.").max(524_288, "At most 512 KiB."),
  /** Says what each line would do, and changes nothing. */
  dryRun: z.boolean().default(true),
});
export type NamesImport = z.infer<typeof namesImport>;

type ImportedLine = Readonly<{ line: number; identity: string; name: string }>;
export type ImportLine = ImportedLine &
  (
    | Readonly<{ outcome: "added" | "would-add" | "held" }>
    | Readonly<{ outcome: "refused"; code: string; message: string }>
  );
export type NamesImportResult = Readonly<{
  lines: readonly ImportLine[];
  /** Names that were added, or would be. */
  added: number;
  /** Names that were held already. */
  unchanged: number;
  refused: number;
}>;

export const releasePreviewInput = z.strictObject({
  /** The identity. */
  id: identityId,
  /** Its names. */
  nameIds: z.array(z.string().max(64)).max(100),
});
export type ReleasePreviewInput = z.infer<typeof releasePreviewInput>;
export type ReleasePreview = Readonly<{
  count: number;
  certificates: readonly Readonly<{ id: string; commonName: string; notAfter: string }>[];
}>;
