import { createHash, timingSafeEqual } from "node:crypto";
import { readEnv } from "@/lib/env";

/** True if this is the token of the one-time link that the terminal printed. Takes the same time whatever was sent. */
export function isSetupToken(token: string): boolean {
  const expected = Buffer.from(readEnv().CHANCERY_SETUP_TOKEN_SHA256, "hex");
  const given = createHash("sha256").update(token).digest();
  return expected.length === given.length && timingSafeEqual(expected, given);
}
