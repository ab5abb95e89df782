import { sha256 } from "@/lib/format/hash";
import { timingSafeEqual } from "node:crypto";
import { readEnv } from "@/lib/runtime/env";

/**
 * True if this is the token of the one-time link that the terminal printed. Compares in constant
 * time.
 */
export function isSetupToken(token: string): boolean {
  const expected = Buffer.from(readEnv().CHANCERY_SETUP_TOKEN_SHA256, "hex");
  const actual = sha256(token);
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}
