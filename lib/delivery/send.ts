import { isAppError } from "@/lib/errors/app-error";
import type { Outbound } from "./open-socket";
import { eventOf, jsonBody } from "./message";
import { postJson } from "./post-json";
import type { DestinationConfig } from "./schema";
import { sendEmail } from "./send-email";
import { sendSyslog } from "./send-syslog";
import { signWebhook } from "./sign-webhook";
import { slackBody } from "./slack-text";
import { wordsOf } from "./unreachable";
import type { Message, Outcome } from "./types";

/** Longest that one attempt may take, whatever the other side does. */
export const LONGEST_ATTEMPT_MS = 10_000;

/** `trust`: certificates (PEM) of our own authorities. `longestMs` and `resolve` are for tests. */
export type Ways = Readonly<{
  allow: readonly string[];
  trust: string;
  longestMs?: number;
  resolve?: (host: string) => Promise<readonly string[]>;
}>;
export type Sendable = Readonly<{ config: DestinationConfig; secret: string }>;

/** Makes one attempt to deliver. Never throws: what went wrong is the outcome, in words that hold no secret. */
export async function send(
  { config, secret }: Sendable,
  message: Message,
  ways: Ways,
): Promise<Outcome> {
  const began = performance.now(),
    longestMs = ways.longestMs ?? LONGEST_ATTEMPT_MS;
  const ending = new AbortController(),
    timer = setTimeout(() => {
      ending.abort(new Error("no answer in time"));
    }, longestMs);
  const late = new Promise<never>((_, reject) => {
    ending.signal.addEventListener("abort", () => {
      reject(new Error("no answer in time"));
    });
  });
  late.catch(() => {});
  const trust = `${ways.trust}\n${"ca" in config ? config.ca : ""}`;
  const outcome = (ok: boolean, answer: string): Outcome => ({
    ok,
    answer,
    milliseconds: Math.round(performance.now() - began),
  });
  try {
    return outcome(
      true,
      await Promise.race([
        late,
        sendBy(config, secret, message, {
          allow: ways.allow,
          signal: ending.signal,
          trust,
          ...(ways.resolve ? { resolve: ways.resolve } : {}),
        }),
      ]),
    );
  } catch (error) {
    if (ending.signal.aborted) return outcome(false, `No answer within ${longestMs / 1000} s.`);
    return outcome(false, isAppError(error) ? error.message : wordsOf(error));
  } finally {
    clearTimeout(timer);
    ending.abort(new Error("over"));
  }
}

function sendBy(
  config: DestinationConfig,
  secret: string,
  message: Message,
  outbound: Outbound,
): Promise<string> {
  switch (config.kind) {
    case "email":
      return sendEmail(config, secret, message, outbound);
    case "webhook": {
      const body = jsonBody(message);
      const headers = {
        "x-chancery-delivery": message.id,
        "x-chancery-event": eventOf(message.reason),
        "x-chancery-signature": signWebhook(secret, message.sentAt, body),
      };
      return postJson(config.url, body, headers, outbound);
    }
    case "slack":
      return postJson(secret, slackBody(message), {}, outbound);
    case "syslog":
      return sendSyslog(config, message, outbound);
  }
}
