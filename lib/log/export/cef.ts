import { describeEntry } from "../describe-entry";
import type { EntryRecord } from "../types";
import type { ExportedEntry } from "./types";

const alarms = new Set(["log.halted", "source.gap"]);
const severities = { success: 1, denied: 5, failure: 6 } as const,
  ALARM = 10;

/** A field of the header: backslash and pipe are escaped, and a line stays one line. */
const inHeader = (text: string): string => text.replace(/[\r\n]+/g, " ").replace(/[\\|]/g, "\\$&");

/** The value of a key: backslash, equals sign and line ends are escaped, nothing else is changed. */
const inValue = (text: string): string =>
  text.replace(/[\\=]/g, "\\$&").replaceAll("\n", "\\n").replaceAll("\r", "\\r");

/** One entry as an ArcSight CEF event (version 0). The last key, `rawEvent`, is the exact text that is hashed. */
export function cefLine(entry: ExportedEntry): string {
  const { action, outcome } = entry.record;
  const isAlarm =
    alarms.has(action) || (action === "verification.finished" && outcome !== "success");
  const header = [
    "CEF:0",
    "Chancery",
    "Chancery",
    "1",
    action,
    describeEntry(entry.record),
    String(isAlarm ? ALARM : (severities[outcome] ?? severities.failure)),
  ];
  const values = keysOf(entry).filter(
    ([, value]) => value !== null && value !== undefined && value !== "",
  );
  return `${header.map(inHeader).join("|")}|${values.map(([key, value]) => `${key}=${inValue(String(value))}`).join(" ")}\n`;
}

type Keys = readonly (readonly [key: string, value: string | number | null | undefined])[];

function keysOf({ seq, leafHash, log, checkpoint, record, text }: ExportedEntry): Keys {
  const { actor, target, credential, origin, details } = record;
  return [
    ["rt", Date.parse(record.ts)],
    ["externalId", record.id],
    ["act", record.action],
    ["outcome", record.outcome],
    ["reason", record.reason],
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

const textOf = (value: unknown): string | null => (typeof value === "string" ? value : null);

/** IPv4 and IPv6 have keys of their own. */
function addressOf({ ip, port }: EntryRecord["origin"]): Keys {
  const address: Keys =
    ip !== null && ip.includes(":")
      ? [
          ["c6a2", ip],
          ["c6a2Label", "Source IPv6 Address"],
        ]
      : [["src", ip]];
  return [...address, ["spt", port]];
}
