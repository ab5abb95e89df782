import type { SubjectDetail } from "./detail-types";

/** A name of the identity as it is after the act, with all that its row says of it. */
export type NameStatement = Readonly<{
  /** As in `names`. */
  name: string;
  state: "held" | "reserved" | "released";
  origin: string;
  /** The share that it belongs to. */
  share?: string;
  /** Until when it is reserved. */
  until?: string;
}>;
/** A share of names as it is after the act. */
export type ShareStatement = Readonly<{
  id: string;
  state: "undecided" | "decided" | "ended";
  comment: string;
  reviewAt: string | null;
  createdBy: string;
}>;
/**
 * What an act changed, exactly: `rows` are all names of the target whose rows it changed, in the
 * last entry of the act about that identity, and none in those before; `shareRows` all shares. No
 * `rows` at all in entries of versions before they were recorded, and where `names` says as much.
 */
export type StatedNames = Readonly<{
  rows?: readonly NameStatement[];
  shareRows?: readonly ShareStatement[];
}>;

/** `names` as `DNS:pay.example.com`; `shares`: those that the names were or are in. */
type NamesDetail = StatedNames & Readonly<{ names: readonly string[]; shares?: readonly string[] }>;

/** The details of entries about the names that identities hold, and about their power. */
export type IdentityDetails = {
  /** `names` as `DNS:pay.example.com`; `origin`: issue, edit, import, transfer … */
  "identity.names-added": NamesDetail & Readonly<{ origin: string; comment?: string }>;
  /**
   * `reserved`: names that certificates still carry, with the date until which they stay reserved.
   */
  "identity.names-released": NamesDetail &
    Readonly<{ onRelease: string; comment: string; reserved: readonly string[] }>;
  /** The names may be held by each of `with` (identities), under one share. */
  "identity.names-shared": NamesDetail &
    Readonly<{ share: string; with: readonly string[]; comment: string; reviewAt: string | null }>;
  /** The names went from this identity to `to`. */
  "identity.names-transferred": NamesDetail &
    Readonly<{ to: string; onRelease: string; comment: string; reserved: readonly string[] }>;
  /** A conflict of an upgrade was decided; `keep`: the identities that keep their names. */
  "identity.names-decided": NamesDetail &
    Readonly<{ share: string; keep: readonly string[]; comment: string }>;
  /**
   * A reserved name that no certificate carries any more was released, because `takenBy` needs it.
   */
  "identity.name-freed": Readonly<{ name: string; takenBy: string }>;
  /**
   * Names of certificates from before names were bound; `share`: overlaps with another identity.
   */
  "identity.names-upgraded": NamesDetail;
  "names.upgraded": Readonly<{ identities: number; names: number; conflicts: number }>;
  /** What an administrator has to decide before names are enforced, or still to decide after it. */
  "names.undecided": Readonly<{ unbound: number; conflicts: number; binding: string }>;
  /**
   * From now on a name that is not held is refused; `unbound`: certificates that can't be renewed.
   */
  "names.enforced": Readonly<{ unbound: number; conflicts: number; comment: string }>;
  /**
   * The identity's certificates now sign in to an account, it is trusted as a proxy, or gets CA
   * certificates. `accepted`: SHA-256 of everything that existed of it, null if nothing did;
   * `existing`: the beginning of that.
   */
  "identity.power-granted": Readonly<{
    power: string;
    through: SubjectDetail;
    accepted: string | null;
    existing: Readonly<Record<string, unknown>>;
  }>;
  "identity.power-removed": Readonly<{ power: string; through: SubjectDetail }>;
};
