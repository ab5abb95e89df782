import { z } from "zod";
import { networkText } from "@/lib/policies/schema";

export const identityKinds = ["person", "service", "device"] as const;
export type IdentityKind = (typeof identityKinds)[number];
export const identityStatuses = ["active", "suspended"] as const;
export type IdentityStatus = (typeof identityStatuses)[number];

const name = z.string().trim().min(1, "Name it.").max(128, "At most 128 characters.");
const owner = z.string().trim().min(1, "Say who answers for it: a team or a mailbox.").max(254);
const note = z.string().trim().max(2000, "At most 2,000 characters.");

/** Where its certificates may be used from; empty for anywhere. */
const networks = z.array(networkText).max(64, "At most 64 networks.");

export const identityInput = z.strictObject({
  kind: z.enum(identityKinds),
  name,
  owner,
  note: note.default(""),
  networks: networks.default([]),
});
export type IdentityInput = z.infer<typeof identityInput>;

/** A kind never changes: what a certificate was bound to stays what it was. */
export const identityChange = z.strictObject({
  name: name.optional(),
  owner: owner.optional(),
  note: note.optional(),
  networks: networks.optional(),
});
export type IdentityChange = z.infer<typeof identityChange>;

export const identityStatusInput = z.strictObject({
  comment: z.string().trim().max(500).default(""),
});
export type IdentityStatusInput = z.infer<typeof identityStatusInput>;

export const identityQuery = z.strictObject({
  kind: z.enum([...identityKinds, "system"]).optional(),
  status: z.enum(identityStatuses).optional(),
  /** The beginning of a name or owner, or a whole id. */
  q: z.string().trim().max(128).optional(),
  cursor: z.string().max(256).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type IdentityQuery = z.infer<typeof identityQuery>;
export type IdentityQueryInput = z.input<typeof identityQuery>;

export type IdentityDto = Readonly<{
  id: string;
  kind: IdentityKind | "system";
  name: string;
  owner: string;
  status: IdentityStatus;
  note: string;
  /** Where its certificates may be used from, in canonical form; empty for anywhere. */
  networks: readonly string[];
  createdAt: string;
  changedAt: string;
  certificateCounts: Readonly<{ valid: number; expired: number; revoked: number }>;
  entryId?: string;
}>;

export type IdentityList = Readonly<{ items: readonly IdentityDto[]; nextCursor: string | null }>;
