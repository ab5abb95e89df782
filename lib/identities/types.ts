import type { StoredNameType } from "@/lib/pki/held-names/carried-name";
import type { NameForm } from "@/lib/pki/held-names/held-name";

export type NameState = "held" | "reserved" | "released";
/** How the identity got the name: as its own name, by issuing, by an edit, … */
export type NameOrigin =
  | "identity"
  | "issue"
  | "edit"
  | "setup"
  | "upgrade"
  | "import"
  | "transfer"
  | "template";

export type NameRow = Readonly<{
  id: string;
  identityId: string;
  type: StoredNameType;
  form: NameForm;
  value: string;
  state: NameState;
  shareId: string | null;
  origin: NameOrigin;
  reservedUntil: Date | null;
  createdAt: Date;
  changedAt: Date;
}>;
/** A row with the name and kind of the identity that it belongs to. */
export type NameOfIdentity = NameRow & Readonly<{ identityName: string; identityKind: string }>;

/** What of a certificate's names decides about who holds them. */
export type Carrier = Readonly<{
  id: string;
  commonName: string;
  /** As `type:value`. */
  sans: readonly string[];
  notAfter: Date;
  state: string;
  serial: Uint8Array;
}>;
