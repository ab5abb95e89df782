import { sha256 } from "@/lib/format/hash";

export const secretPattern = /^chy_[A-Za-z0-9_-]{43}$/;

/** A secret of 32 random bytes; its prefix lets scanners of leaked secrets find it. */
export const makeSecret = (randomBytes: (n: number) => Uint8Array): string =>
  `chy_${Buffer.from(randomBytes(32)).toString("base64url")}`;

/** What is stored of a secret. It has 256 random bits, so a plain hash cannot be guessed back. */
export const hashSecret = (secret: string): Uint8Array => new Uint8Array(sha256(secret));
