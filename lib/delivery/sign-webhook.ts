import { createHmac } from "node:crypto";

/** The value of X-Chancery-Signature: HMAC-SHA256, hexadecimal, over the time in seconds, a full stop and the body's bytes. */
export function signWebhook(key: string, at: Date, body: string): string {
  const seconds = Math.floor(at.getTime() / 1000);
  return `t=${seconds},v1=${createHmac("sha256", key).update(`${seconds}.${body}`).digest("hex")}`;
}
