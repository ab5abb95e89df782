import { sha256Hex } from "@/lib/format/hash";

const digestLength = 32;

/**
 * What entries hold of a credential: a digest of what the database stores of it (of a secret, the
 * hash in hexadecimal; of a password, the text of its hash; of a session, its ID). So a credential
 * that was exchanged in the database differs from its entries, which show nothing of it.
 */
export const credentialDigest = (stored: string): string =>
  sha256Hex(`chancery credential\n${stored}`).slice(0, digestLength);
