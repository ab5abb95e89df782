import type { ClientAddress } from "@/lib/access/actor";

/** Where a bulk action was started, and the digest of the credential that started it. */
export type BulkOrigin = Readonly<{ address: ClientAddress; secretDigest: string | null }>;
