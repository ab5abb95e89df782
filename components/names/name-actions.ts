import type { ServerAction } from "@/lib/auth/types";
import type { ReleasePreview } from "@/lib/names/schema";
import type { HeldNameDto, IdentityDto, IdentityList, NameInput } from "@/lib/identities/schema";

/** The server actions on the names of an identity. */
export type NameActions = Readonly<{
  change: ServerAction<IdentityDto>;
  transfer: ServerAction<IdentityDto>;
  share: ServerAction<IdentityDto>;
  findIdentities: ServerAction<IdentityList>;
  previewRelease: ServerAction<ReleasePreview>;
}>;

/** What the role can do with names. */
export type NamePermissions = Readonly<{
  write: boolean;
  /** Free, transfer and share: administrators only. */
  manage: boolean;
  /** Why the names of this identity are closed to the role. */
  denied: string | undefined;
}>;

export const administratorsOnly = (what: string): string =>
  `Only administrators can ${what}. Ask an administrator.`;

/** A held name as actions take it. */
export const inputOf = ({ type, value }: HeldNameDto): NameInput => ({
  type: type as NameInput["type"],
  value,
});

/** Its own name changes by a rename, and names of earlier certificates stay as they are. */
export const isChangeable = ({ origin, type }: HeldNameDto): boolean =>
  origin !== "identity" && type !== "legacy";
