import type { KeyUsageBit } from "./types";

/**
 * What a kind of key cannot do: only RSA enciphers (RFC 5480 §3), an Ed25519 key only signs (RFC
 * 8410 §5).
 */
export function isUnfitUsage(kind: "rsa" | "ec" | "ed25519" | "other", bit: KeyUsageBit): boolean {
  if (kind === "rsa")
    return bit === "keyAgreement" || bit === "encipherOnly" || bit === "decipherOnly";
  if (bit === "keyEncipherment" || bit === "dataEncipherment") return true;
  return (
    kind === "ed25519" &&
    (bit === "keyAgreement" || bit === "encipherOnly" || bit === "decipherOnly")
  );
}

/** The profile's usages that this kind of key can fulfil: one profile serves RSA and EC keys. */
export function usageForKey(
  usage: readonly KeyUsageBit[],
  kind: "rsa" | "ec" | "ed25519" | "other",
): KeyUsageBit[] {
  return usage.filter((bit) => !isUnfitUsage(kind, bit));
}
