import type { Actor } from "@/lib/access/actor";

export type IdentifierType = "dns" | "ip";
export type Identifier = Readonly<{ type: IdentifierType; value: string }>;

export const challengeTypes = ["http-01", "dns-01", "tls-alpn-01"] as const;
export type ChallengeType = (typeof challengeTypes)[number];

/** The public key of an account: the members that RFC 7638 hashes, and no others. */
export type AccountKey = Readonly<{ jwk: Readonly<Record<string, string>>; thumbprint: string }>;

/** An account that authenticated a request, with what its key and identity allow. */
export type AuthenticatedAccount = Readonly<{
  id: string;
  identityId: string;
  identityName: string;
  identityKind: string;
  thumbprint: string;
  contact: readonly string[];
  status: "valid" | "deactivated";
  /** Slugs; empty for no limit. */
  profiles: readonly string[];
  /** As people write them; empty for no limit. */
  names: readonly string[];
  /** Whether a name that it proves is added to its identity; else it orders only what is held. */
  addsNames: boolean;
  actor: Actor;
}>;

/** An ACME problem document (RFC 8555 section 6.7) as it is stored with what failed. */
export type AcmeProblem = Readonly<{ type: string; detail: string; status: number }>;

export type OrderStatus = "pending" | "ready" | "processing" | "valid" | "invalid";
