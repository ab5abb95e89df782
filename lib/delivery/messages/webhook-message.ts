import { createHmac } from "node:crypto";
import { formatIso } from "@/lib/format/time";
import { eventOf } from "./message";
import type { Message } from "@/lib/delivery/types";

/** The message as JSON, for programs. Fields are only ever added; a removal raises `version`. */
export function jsonBody({ id, reason, sentAt, alert }: Message): string {
  return JSON.stringify({
    version: 1,
    type: eventOf(reason),
    deliveryId: id,
    sentAt: formatIso(sentAt),
    alert,
  });
}

/**
 * The value of X-Chancery-Signature: HMAC-SHA256 in hex over the time in seconds, a period, and the
 * bytes of the body.
 */
export function signWebhook(key: string, at: Date, body: string): string {
  const seconds = Math.floor(at.getTime() / 1000);
  return `t=${seconds},v1=${createHmac("sha256", key).update(`${seconds}.${body}`).digest("hex")}`;
}
