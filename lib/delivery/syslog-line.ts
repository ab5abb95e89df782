import { formatIso } from "@/lib/format/time";
import { eventOf, headline, tidy } from "./message";
import { oneLine } from "./unreachable";
import type { Message } from "./types";

/** RFC 5424 table 2; what is over, or a test, is informational. */
const severityOf = { critical: 2, high: 3, medium: 4, low: 5 } as const;
/** Names the structured data. 32473 is the number that RFC 5612 keeps for documentation: receivers match the whole name. */
export const STRUCTURED_DATA = "chancery@32473";
const BOM = "\uFEFF";

const escape = (value: string): string =>
  oneLine(value, 500).replaceAll(/["\\\]]/g, (sign) => `\\${sign}`);
const hostOf = (host: string): string => host.replaceAll(/[^\x21-\x7e]/g, "").slice(0, 255) || "-";

/** One message as RFC 5424 has it, at most `mostBytes` long: what is too long loses the end of its text, never a half character. */
export function syslogLine(message: Message, facility: number, mostBytes: number): string {
  const { alert, reason, id } = message;
  const severity = alert === null || reason === "resolved" ? 6 : severityOf[alert.severity];
  const told = alert && tidy(alert);
  const data =
    told === null
      ? { delivery: id }
      : {
          delivery: id,
          alert: told.id,
          rule: told.rule,
          severity: told.severity,
          state: told.status,
          subjectKind: told.subject.kind,
          subject: told.subject.id,
          subjectLabel: told.subject.label,
          count: String(told.count),
          link: told.link,
        };
  const parameters = Object.entries(data)
    .map(([name, value]) => ` ${name}="${escape(value)}"`)
    .join("");
  const head = `<${facility * 8 + severity}>1 ${formatIso(message.sentAt)} ${hostOf(message.host)} chancery - ${eventOf(reason)} [${STRUCTURED_DATA}${parameters}] ${BOM}`;
  const text =
    told === null
      ? headline(message)
      : `${headline(message)}. Seen: ${told.surprise} Usual: ${told.baseline}`;
  return head + cutBytes(text, mostBytes - Buffer.byteLength(head));
}

function cutBytes(text: string, most: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= most) return text;
  let end = Math.max(0, most);
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end).toString("utf8");
}
