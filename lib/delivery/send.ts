import { isAppError } from "@/lib/errors/app-error";
import { connectionErrorText } from "./delivery-errors";
import { eventOf } from "@/lib/delivery/messages/message";
import type { OutboundOptions } from "./open-socket";
import { postJson } from "./post-json";
import type { DestinationConfig } from "./schema";
import { sendEmail } from "./send-email";
import { sendSyslog } from "./send-syslog";
import { slackBody } from "@/lib/delivery/messages/slack-message";
import type { Message, SendResult } from "./types";
import { jsonBody, signWebhook } from "@/lib/delivery/messages/webhook-message";

/** The timeout of one attempt. */
const attemptTimeoutMs = 10_000;

/** `trust`: certificates (PEM) of Chancery's own roots. `timeoutMs` and `resolve` are for tests. */
export type SendOptions = Readonly<{
  allow: readonly string[];
  trust: string;
  timeoutMs?: number;
  resolve?: (host: string) => Promise<readonly string[]>;
}>;
export type SendTarget = Readonly<{ config: DestinationConfig; secret: string }>;

/**
 * Makes one attempt to deliver. Never throws: a failure becomes the result, with a message that
 * contains no secret.
 */
export async function send(
  { config, secret }: SendTarget,
  message: Message,
  { allow, trust, timeoutMs = attemptTimeoutMs, resolve }: SendOptions,
): Promise<SendResult> {
  const controller = new AbortController();
  const { signal } = controller;
  const timeout = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => {
      reject(signal.reason as Error);
    });
  });
  timeout.catch(() => {});
  const timer = setTimeout(() => {
    controller.abort(new Error("timed out"));
  }, timeoutMs);
  const options: OutboundOptions = {
    allow,
    signal,
    trust: `${trust}\n${"ca" in config ? config.ca : ""}`,
    ...(resolve ? { resolve } : {}),
  };
  try {
    const answer = await Promise.race([timeout, sendVia(config, secret, message, options)]);
    return { ok: true, answer };
  } catch (error) {
    if (signal.aborted) return { ok: false, answer: `No response within ${timeoutMs / 1000} s.` };
    return { ok: false, answer: isAppError(error) ? error.message : connectionErrorText(error) };
  } finally {
    clearTimeout(timer);
    controller.abort(new Error("finished"));
  }
}

function sendVia(
  config: DestinationConfig,
  secret: string,
  message: Message,
  options: OutboundOptions,
): Promise<string> {
  switch (config.kind) {
    case "email":
      return sendEmail(config, secret, message, options);
    case "webhook": {
      const body = jsonBody(message);
      const headers = {
        "x-chancery-delivery": message.id,
        "x-chancery-event": eventOf(message.reason),
        "x-chancery-signature": signWebhook(secret, message.sentAt, body),
      };
      return postJson(config.url, body, headers, options);
    }
    case "slack":
      return postJson(secret, slackBody(message), {}, options);
    case "syslog":
      return sendSyslog(config, message, options);
  }
}
