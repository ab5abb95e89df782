import { destinationDigest } from "@/lib/log/destination-digest";

/** The digest of what a destination's row holds, as its entries have it. */
export const settingsDigest = ({
  config,
  sealed,
}: Readonly<{ config: unknown; sealed: Uint8Array | null }>): string =>
  destinationDigest(config as object, sealed === null ? null : Buffer.from(sealed).toString("hex"));
