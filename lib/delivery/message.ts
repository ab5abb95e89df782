import type { Severity } from "@/lib/alerts/schema";
import { formatIso } from "@/lib/format/time";
import { oneLine } from "./unreachable";
import type { Message, Reason, ToldAlert } from "./types";

const SUMMARY = 300,
  WORDS = 1000;
const word: Readonly<Record<Severity, string>> = {
  low: "Low",
  medium: "Medium",
  high: "High",
  critical: "Critical",
};

/** The alert with every text as one line of bounded length: what comes from requests must not break a message's form. */
export function tidy(alert: ToldAlert): ToldAlert {
  const { subject } = alert;
  return {
    ...alert,
    summary: oneLine(alert.summary, SUMMARY).replace(/\.$/, ""),
    surprise: oneLine(alert.surprise, WORDS),
    baseline: oneLine(alert.baseline, WORDS),
    subject: {
      kind: subject.kind,
      id: oneLine(subject.id, SUMMARY),
      label: oneLine(subject.label, SUMMARY),
    },
  };
}

/** What kind of message it is, for programs. */
export const eventOf = (reason: Reason): string => (reason === "test" ? "test" : `alert.${reason}`);

/** One line that says what happened: "Critical: a revoked certificate was used". */
export function headline({ reason, alert }: Message): string {
  if (alert === null) return "Test: this destination receives Chancery's alerts";
  const { severity, summary } = tidy(alert);
  if (reason === "resolved") return `Resolved (${severity}): ${summary}`;
  return reason === "escalated" ? `Now ${severity}: ${summary}` : `${word[severity]}: ${summary}`;
}

const subjectWords = ({ subject: { kind, id, label } }: ToldAlert): string =>
  label === "" || label === id ? `${kind} ${id}` : `${label} (${kind} ${id})`;

/** What stands behind the headline, as pairs of a word and its value. */
export function factsOf(told: ToldAlert): readonly (readonly [string, string])[] {
  const alert = tidy(told),
    times =
      alert.count === 1
        ? `once, at ${alert.firstAt}`
        : `${alert.count} times, first ${alert.firstAt}, last ${alert.lastAt}`;
  const entries =
    alert.firstEntry === null
      ? []
      : [
          [
            "Entries",
            alert.lastEntry === null || alert.lastEntry === alert.firstEntry
              ? String(alert.firstEntry)
              : `${alert.firstEntry} to ${alert.lastEntry}`,
          ] as const,
        ];
  return [
    ["Seen", alert.surprise],
    ["Usual", alert.baseline],
    ["Subject", subjectWords(alert)],
    ["Severity", alert.severity],
    ["Rule", alert.rule],
    ["Times", times],
    ...entries,
    ["State", alert.status],
    ["Open it", alert.link],
  ];
}

/** The message as plain text, for people. */
export function plainText(message: Message): string {
  const { alert, id, sentAt } = message;
  const facts =
    alert === null
      ? [
          "Nothing happened. Somebody pressed the test button, and this is what an alert's way looks like.",
        ]
      : factsOf(alert).map(([name, value]) => `${`${name}:`.padEnd(10)} ${value}`);
  return [
    headline(message),
    "",
    ...facts,
    "",
    `Chancery at ${message.host}, delivery ${id}, ${formatIso(sentAt)}`,
    "",
  ].join("\n");
}

/** The message as programs get it. Fields are only ever added; `version` counts what is not. */
export function jsonBody({ id, reason, sentAt, alert }: Message): string {
  return JSON.stringify({
    version: 1,
    type: eventOf(reason),
    deliveryId: id,
    sentAt: formatIso(sentAt),
    alert,
  });
}
