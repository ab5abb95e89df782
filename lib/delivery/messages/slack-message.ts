import { alertDetails, headline } from "./message";
import type { Message } from "@/lib/delivery/types";

/**
 * Escapes Slack's three markup characters, and breaks mentions that other receivers would turn into
 * a notification of everyone.
 */
const escape = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll(/@(?=(?:all|channel|here|everyone)\b)/gi, "@\u200B");

/** The link has its own line, and the state would be outdated soon. */
const omitted = new Set(["Link", "State"]);

/** The body for incoming webhooks of Slack, Mattermost, Rocket.Chat and others: one text. */
export function slackBody(message: Message): string {
  const { alert } = message;
  const lines = [`*${escape(headline(message))}*`];
  if (alert !== null) {
    for (const [label, value] of alertDetails(alert))
      if (!omitted.has(label)) lines.push(`${label}: ${escape(value)}`);
    lines.push(`<${alert.link}|Open the alert>`);
  }
  return JSON.stringify({ text: lines.join("\n") });
}
