import { createHash } from "node:crypto";

/** SHA-256 of bytes, or of a text in UTF-8. */
export const sha256 = (data: Uint8Array | string): Buffer =>
  createHash("sha256").update(data).digest();

/** The same in lower-case hexadecimal. */
export const sha256Hex = (data: Uint8Array | string): string =>
  createHash("sha256").update(data).digest("hex");
