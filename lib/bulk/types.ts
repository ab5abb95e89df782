import type { ClientAddress } from "@/lib/access/actor";

/** Where a bulk action was started, and the digest of the credential that started it. */
export type BulkOrigin = Readonly<{ address: ClientAddress; secretDigest: string | null }>;

/** A request that can be issued, with what its dry run showed. */
export type ReadyRequest = Readonly<{
  /** SHA-256 of the request: it is the ID of the item. */
  id: string;
  label: string;
  identityId: string;
  profileId: string;
  csrDer: Uint8Array;
  /** Names that issuing adds, as `type:value`. */
  addNames: readonly Readonly<{ type: string; value: string }>[];
  previewSha256: string;
}>;
