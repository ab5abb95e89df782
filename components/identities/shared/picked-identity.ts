import type { IdentityDto } from "@/lib/identities/schema";

/** What the picker shows of an identity. */
export type PickedIdentity = Pick<IdentityDto, "id" | "name" | "kind" | "owner" | "status"> &
  Partial<Pick<IdentityDto, "certificateCounts" | "names">>;
