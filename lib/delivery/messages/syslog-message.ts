import { formatIso } from "@/lib/format/time";
import { oneLine } from "@/lib/delivery/delivery-errors";
import { eventOf, headline, singleLineAlert } from "./message";
import type { Message, NotifiedAlert } from "@/lib/delivery/types";

/** Severities of RFC 5424, table 2. Resolved alerts and tests are informational. */
const severityNumbers = { critical: 2, high: 3, medium: 4, low: 5 } as const;
const informational = 6;
/**
 * The SD-ID of the structured data. 32473 is the enterprise number reserved for documentation (RFC
 * 5612); receivers match the whole name.
 */
const structuredDataId = "chancery@32473";
const byteOrderMark = "\uFEFF";

const escape = (value: string): string =>
  oneLine(value, 500).replaceAll(/["\\\]]/g, (character) => `\\${character}`);
const hostOf = (host: string): string => host.replaceAll(/[^\x21-\x7e]/g, "").slice(0, 255) || "-";

/**
 * The message in RFC 5424 form, at most `maxBytes` long. A longer text is cut at its end, between
 * characters.
 */
export function syslogLine(message: Message, facility: number, maxBytes: number): string {
  const { alert, reason, id } = message;
  const severity =
    alert === null || reason === "resolved" ? informational : severityNumbers[alert.severity];
  const safe = alert && singleLineAlert(alert);
  const data = Object.entries({ delivery: id, ...(safe ? alertData(safe) : {}) })
    .map(([name, value]) => ` ${name}="${escape(value)}"`)
    .join("");
  const head = `<${facility * 8 + severity}>1 ${formatIso(message.sentAt)} ${hostOf(message.host)} chancery - ${eventOf(reason)} [${structuredDataId}${data}] ${byteOrderMark}`;
  const text =
    safe === null
      ? headline(message)
      : `${headline(message)}. Seen: ${safe.surprise} Usual: ${safe.baseline}`;
  return head + cutToBytes(text, maxBytes - Buffer.byteLength(head));
}

const alertData = (alert: NotifiedAlert): Readonly<Record<string, string>> => ({
  alert: alert.id,
  rule: alert.rule,
  severity: alert.severity,
  state: alert.status,
  subjectKind: alert.subject.kind,
  subject: alert.subject.id,
  subjectLabel: alert.subject.label,
  count: String(alert.count),
  link: alert.link,
});

function cutToBytes(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= maxBytes) return text;
  let end = Math.max(0, maxBytes);
  // Not within a UTF-8 sequence: continuation bytes begin with the bits 10.
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end).toString("utf8");
}
