import { z } from "zod";
import { idList, searchText } from "@/lib/format/search-text";
import { label, note as noteText } from "@/lib/format/label";
import { networkText } from "@/lib/net/schema";
import { generalNameTypes, identityKinds, type IdentityKind } from "@/lib/pki/types";

export const identityStatuses = ["active", "suspended"] as const;
export type IdentityStatus = (typeof identityStatuses)[number];

/**
 * Why others may act through an identity: its certificates sign in to an account, it is trusted as
 * a proxy, it gets CA certificates for its own keys, or it is one of Chancery's own.
 */
export const identityPowers = ["signs-in", "proxy", "ca", "chancery"] as const;
export type IdentityPower = (typeof identityPowers)[number];

/**
 * Through which row an identity has a power: the account that it signs in to, its proxy, or its
 * permission to get CA certificates.
 */
export type PowerSource = Readonly<{ kind: PowerSourceKind; id: string; label: string }>;
export const powerSourceKinds = ["account", "proxy", "ca-permission"] as const;
type PowerSourceKind = (typeof powerSourceKinds)[number];

/** It is held as a common name, which has at most 64 characters (RFC 5280, ub-common-name). */
const name = label(64);
const owner = label(254, "Enter the team or person responsible for it.");
const note = noteText(2000);

/** The networks that its certificates may be used from; empty for any. */
const networks = z.array(networkText).max(64, "At most 64 networks.");

export const heldNameTypes = [...generalNameTypes, "cn"] as const;
/**
 * `*.a.example`, `spiffe://example.com/pay/*` and `10.1.0.0/16` are patterns; anything else is
 * exact.
 */
export const nameInput = z.strictObject({
  type: z.enum(heldNameTypes),
  value: z.string().trim().min(1, "Enter a name.").max(2048, "At most 2,048 characters."),
});
export type NameInput = z.infer<typeof nameInput>;
export const nameInputs = z.array(nameInput).max(100, "At most 100 names at once.");

export const identityInput = z.strictObject({
  kind: z.enum(identityKinds),
  name,
  owner,
  note: note.default(""),
  networks: networks.default([]),
  /** Names that it holds from the beginning, in addition to its own. */
  names: nameInputs.default([]),
});
export type IdentityInput = z.infer<typeof identityInput>;

/** The kind can't change: certificates stay bound to what they were issued for. */
export const identityChange = z.strictObject({
  name: name.optional(),
  owner: owner.optional(),
  note: note.optional(),
  networks: networks.optional(),
  /** All names that it is to hold in addition to its own; what is missing here is released. */
  names: z.array(nameInput).max(1000, "At most 1,000 names.").optional(),
  /** The epoch that the change is based on; required with `names`. */
  epoch: z.number().int().min(0).optional(),
});
export type IdentityChange = z.infer<typeof identityChange>;

export const identityStatusInput = z.strictObject({
  comment: noteText(500).default(""),
});
export type IdentityStatusInput = z.infer<typeof identityStatusInput>;

/** The digest of what exists of the identity, as it was shown and accepted. */
export const acceptedDigest = z
  .string()
  .regex(/^[0-9a-f]{64}$/, "Enter the digest of the list, 64 hexadecimal digits.")
  .optional();

export const identityQuery = z.strictObject({
  kind: z.enum([...identityKinds, "system"]).optional(),
  status: z.enum(identityStatuses).optional(),
  /**
   * Words, each a part of a name or of the owner (of one or two letters: a beginning), or a whole
   * id.
   */
  q: searchText,
  /** Those that hold this name or one that overlaps it, or for which it is reserved. */
  holds: z.string().trim().min(1).max(2048).optional(),
  /** Only these, by id, separated by commas. */
  ids: idList.optional(),
  cursor: z.string().max(256).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export const powerQuery = z.strictObject({
  cursor: z.string().max(256).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type IdentityQuery = z.infer<typeof identityQuery>;
export type IdentityQueryInput = z.input<typeof identityQuery>;

/** A name of an identity. `value` as it is written: `*.a.example`, `spiffe://example.com/pay/*`. */
export type HeldNameDto = Readonly<{
  id: string;
  type: (typeof heldNameTypes)[number] | "legacy";
  form: "exact" | "wildcard" | "prefix" | "network";
  value: string;
  state: "held" | "reserved";
  /** How it got the name: `identity` is its own name. */
  origin: string;
  shareId: string | null;
  reservedUntil: string | null;
  since: string;
}>;

export type IdentityDto = Readonly<{
  id: string;
  kind: IdentityKind | "system";
  name: string;
  owner: string;
  status: IdentityStatus;
  note: string;
  /** The networks that its certificates may be used from, in canonical form; empty for any. */
  networks: readonly string[];
  /** The names that it holds or that are reserved for it. */
  names: readonly HeldNameDto[];
  /** Raised with every change of its names, name, status, networks or power. */
  epoch: number;
  /** With `holds`: its names that overlap the one that was asked for. */
  matched?: readonly HeldNameDto[];
  createdAt: string;
  changedAt: string;
  /** Only administrators change an identity that has any; most have none. */
  powers: readonly IdentityPower[];
  certificateCounts: Readonly<{
    valid: number;
    expired: number;
    held: number;
    revoked: number;
  }>;
}>;

/**
 * What exists of an identity: the holder of any of it gets a power that is conferred on the
 * identity. The lists are cut; `digest` is over everything.
 */
export type ExistingCredentials = Readonly<{
  /** SHA-256 in hexadecimal, for `accepted`. */
  digest: string;
  /** False if the identity never had a certificate or token: then nothing needs to be accepted. */
  needsAcceptance: boolean;
  certificates: readonly Readonly<{
    id: string;
    serial: string;
    state: string;
    requestedBy: string;
    requestedAt: string;
    notAfter: string;
    /** Whether Chancery made its private key and handed it to who requested it. */
    serverKey: boolean;
  }>[];
  tokens: readonly Readonly<{ id: string; name: string; createdBy: string; createdAt: string }>[];
  names: readonly string[];
  networks: readonly string[];
  owner: string;
  counts: Readonly<{
    certificates: number;
    keys: number;
    /** Of the keys, those that Chancery made. */
    serverKeys: number;
    tokens: number;
    names: number;
  }>;
}>;

/** Why others could act through an identity, and what exists of it. */
export type IdentityPowerDto = Readonly<{
  identity: Readonly<{
    id: string;
    name: string;
    kind: IdentityKind | "system";
    status: IdentityStatus;
  }>;
  /** `through`: the account that it signs in to, or the proxy that it is trusted as. */
  powers: readonly Readonly<{
    power: IdentityPower;
    through: PowerSource | null;
  }>[];
  existing: ExistingCredentials;
}>;
/** The email of a user that an identity has which is not linked to that user. */
export type HeldMailbox = Readonly<{
  account: Readonly<{ id: string; email: string }>;
  identity: Readonly<{ id: string; name: string }>;
  /** As the identity has it: `email:pete@example.com`. */
  name: string;
}>;
export type PowerHolders = Readonly<{
  items: readonly IdentityPowerDto[];
  nextCursor: string | null;
  /** At most 200. */
  mailboxes: readonly HeldMailbox[];
}>;

export type IdentityList = Readonly<{
  items: readonly IdentityDto[];
  nextCursor: string | null;
  previousCursor: string | null;
}>;
