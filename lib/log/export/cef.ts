import { describeEntry } from "@/lib/log/describe-entry";
import type { EntryRecord } from "@/lib/log/types";
import type { ExportedEntry } from "./types";

const alarmActions = new Set(["log.halted", "source.gap"]);
const severities = { success: 1, denied: 5, failure: 6 } as const;
const alarmSeverity = 10;

/** Escapes a header field: backslash and pipe; line breaks become spaces. */
const escapeHeader = (text: string): string =>
  text.replace(/[\r\n]+/g, " ").replace(/[\\|]/g, "\\$&");

/** Escapes an extension value: backslash, equals sign and line breaks. */
const escapeValue = (text: string): string =>
  text.replace(/[\\=]/g, "\\$&").replaceAll("\n", "\\n").replaceAll("\r", "\\r");

/**
 * An entry as an ArcSight CEF event (version 0). The last extension, `rawEvent`, is the exact text
 * that is hashed.
 */
export function cefLine(entry: ExportedEntry): string {
  const { action, outcome } = entry.record;
  const isAlarm =
    alarmActions.has(action) || (action === "verification.finished" && outcome !== "success");
  const header = [
    "CEF:0",
    "Chancery",
    "Chancery",
    "1",
    action,
    describeEntry(entry.record),
    String(isAlarm ? alarmSeverity : (severities[outcome] ?? severities.failure)),
  ];
  const values = extensionsOf(entry).filter(
    ([, value]) => value !== null && value !== undefined && value !== "",
  );
  return `${header.map(escapeHeader).join("|")}|${values.map(([key, value]) => `${key}=${escapeValue(String(value))}`).join(" ")}\n`;
}

type Extensions = readonly (readonly [key: string, value: string | number | null | undefined])[];

function extensionsOf({ seq, leafHash, log, checkpoint, record, text }: ExportedEntry): Extensions {
  const { actor, target, credential, origin, details } = record;
  return [
    ["rt", Date.parse(record.ts)],
    ["externalId", record.id],
    ["act", record.action],
    ["outcome", record.outcome],
    ["reason", record.reason],
    ...countOf(record),
    ["suser", actor.label],
    ["suid", actor.id],
    ["spriv", actor.kind],
    ...addressOf(origin),
    ["requestClientApplication", origin.userAgent],
    ["requestMethod", textOf(details["method"])],
    ["request", textOf(details["path"])],
    ["cn1", seq],
    ["cn1Label", "seq"],
    ["cn2", checkpoint],
    ...(checkpoint === null ? [] : [["cn2Label", "checkpoint"] as const]),
    ["cs1", leafHash],
    ["cs1Label", "leafHash"],
    ["cs2", log],
    ...(log === null ? [] : [["cs2Label", "log"] as const]),
    ...(target === null
      ? []
      : ([
          ["cs3", target.id],
          ["cs3Label", "targetId"],
          ["cs4", target.label || target.id],
          ["cs4Label", "target"],
          ["cs5", target.kind],
          ["cs5Label", "targetKind"],
        ] as const)),
    ...(credential === null
      ? []
      : ([
          ["cs6", credential.serial],
          ["cs6Label", "certificateSerial"],
        ] as const)),
    ["rawEvent", text],
  ];
}

/** How many requests the event stands for, and over what time, if it stands for more than one. */
function countOf({ action, details }: EntryRecord): Extensions {
  if (action !== "request.refused-many") return [];
  return [
    ["cnt", numberOf(details["count"])],
    ["start", timeOf(details["firstAt"])],
    ["end", timeOf(details["lastAt"])],
  ];
}

const numberOf = (value: unknown): number | null => (typeof value === "number" ? value : null);
const timeOf = (value: unknown): number | null =>
  typeof value === "string" ? Date.parse(value) : null;
const textOf = (value: unknown): string | null => (typeof value === "string" ? value : null);

/** IPv4 and IPv6 addresses use different keys. */
function addressOf({ ip, port }: EntryRecord["origin"]): Extensions {
  const address: Extensions =
    ip !== null && ip.includes(":")
      ? [
          ["c6a2", ip],
          ["c6a2Label", "Source IPv6 Address"],
        ]
      : [["src", ip]];
  return [...address, ["spt", port]];
}
