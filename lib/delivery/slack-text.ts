import { factsOf, headline } from "./message";
import type { Message } from "./types";

/** Neither markup nor a call of everybody comes in from outside: the three signs of Slack's escaping, and a break in what other receivers take for a call. */
const escape = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll(/@(?=(?:all|channel|here|everyone)\b)/gi, "@\u200B");

/** The body that Slack's incoming webhooks take, and those of Mattermost, Rocket.Chat and others: one text. */
export function slackBody(message: Message): string {
  const { alert } = message;
  const facts =
    alert === null
      ? []
      : factsOf(alert)
          .filter(([name]) => name !== "Open it" && name !== "State")
          .map(([name, value]) => `${name}: ${escape(value)}`);
  const link = alert === null ? [] : [`<${alert.link}|Open the alert>`];
  return JSON.stringify({ text: [`*${escape(headline(message))}*`, ...facts, ...link].join("\n") });
}
