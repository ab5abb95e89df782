import { sha256Hex } from "@/lib/format/hash";
import { canonicalJson, type Json } from "@/lib/log/pure/canonical";

/**
 * What entries hold of a destination's settings as a whole: its configuration and its sealed secret
 * (in hexadecimal), so that alerts can't be sent elsewhere unseen.
 */
export const destinationDigest = (config: object, sealedHex: string | null): string =>
  sha256Hex(canonicalJson({ config: config as Json, sealed: sealedHex }));
