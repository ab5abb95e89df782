import type { Severity } from "@/lib/alerts/schema";
import { formatIso } from "@/lib/format/time";
import { oneLine } from "@/lib/delivery/delivery-errors";
import type { Message, NotifiedAlert, Reason } from "@/lib/delivery/types";

const maxNameLength = 300;
const maxTextLength = 1000;
const severityLabels: Readonly<Record<Severity, string>> = {
  low: "Low",
  medium: "Medium",
  high: "High",
  critical: "Critical",
};

/**
 * The alert with each text as one line of bounded length, because text from requests must not be
 * able to forge the structure of a message.
 */
export function singleLineAlert(alert: NotifiedAlert): NotifiedAlert {
  const { subject } = alert;
  return {
    ...alert,
    summary: oneLine(alert.summary, maxNameLength).replace(/\.$/, ""),
    surprise: oneLine(alert.surprise, maxTextLength),
    baseline: oneLine(alert.baseline, maxTextLength),
    subject: {
      kind: subject.kind,
      id: oneLine(subject.id, maxNameLength),
      label: oneLine(subject.label, maxNameLength),
    },
  };
}

/** The type of the message, for programs. */
export const eventOf = (reason: Reason): string => (reason === "test" ? "test" : `alert.${reason}`);

/** What happened, in one line: "Critical: payments was used from 198.51.100.7". */
export function headline({ reason, alert }: Message): string {
  if (alert === null) return "Test: this destination receives alerts from Chancery";
  const { severity, summary } = singleLineAlert(alert);
  if (reason === "resolved") return `Resolved (${severity}): ${summary}`;
  return reason === "escalated"
    ? `Now ${severity}: ${summary}`
    : `${severityLabels[severity]}: ${summary}`;
}

/** The details below the headline, as pairs of label and value. */
export function alertDetails(alert: NotifiedAlert): readonly (readonly [string, string])[] {
  const safe = singleLineAlert(alert);
  return [
    ["Seen", safe.surprise],
    ["Usual", safe.baseline],
    ["Subject", subjectText(safe)],
    ["Severity", safe.severity],
    ["Rule", safe.rule],
    ["Count", countText(safe)],
    ...entriesDetail(safe),
    ["State", safe.status],
    ["Link", safe.link],
  ];
}

const subjectText = ({ subject: { kind, id, label } }: NotifiedAlert): string =>
  label === "" || label === id ? `${kind} ${id}` : `${label} (${kind} ${id})`;

const countText = ({ count, firstAt, lastAt }: NotifiedAlert): string =>
  count === 1 ? `once, at ${firstAt}` : `${count} times, first ${firstAt}, last ${lastAt}`;

function entriesDetail({
  firstEntry,
  lastEntry,
}: NotifiedAlert): readonly (readonly [string, string])[] {
  if (firstEntry === null) return [];
  const isOne = lastEntry === null || lastEntry === firstEntry;
  return [["Entries", isOne ? String(firstEntry) : `${firstEntry} to ${lastEntry}`]];
}

/** The message as plain text, for people. */
export function plainText(message: Message): string {
  const { alert, id, sentAt } = message;
  const body =
    alert === null
      ? ["This is a test message that a user sent from the console. No alert was raised."]
      : alertDetails(alert).map(([label, value]) => `${`${label}:`.padEnd(10)} ${value}`);
  return [
    headline(message),
    "",
    ...body,
    "",
    `Chancery at ${message.host}, delivery ${id}, ${formatIso(sentAt)}`,
    "",
  ].join("\n");
}
