import type { EntryRecord } from "@/lib/log/types";
import type { LogRow } from "./snapshot";
import { type Checks } from "./types";

export type LogsCheck = Readonly<{
  add: (record: EntryRecord) => void;
  /** Whether the entry of a log was not seen so far. */
  lacksEntry: () => boolean;
  finish: () => void;
}>;

/**
 * Compares each log in the table (its origin, key and first number) with the entry that opened or
 * continued it: whoever replaces a log's key in the table could sign its checkpoints again.
 */
export function makeLogsCheck(
  { signature: check }: Pick<Checks, "signature">,
  logs: readonly LogRow[],
): LogsCheck {
  const stated = new Map<string, Readonly<{ vkey: unknown; size: unknown }>>();
  return {
    add: ({ action, outcome, details }) => {
      if (outcome !== "success" || (action !== "log.opened" && action !== "log.continued")) return;
      const { origin, vkey, size = 0 } = details;
      if (typeof origin === "string") stated.set(origin, { vkey, size });
    },
    lacksEntry: () => logs.some(({ origin }) => !stated.has(origin)),
    finish: () => {
      for (const { origin, vkey, startSize } of logs) {
        check.count();
        const entry = stated.get(origin);
        if (entry === undefined)
          check.problem(`The log ${origin} is in the table, but no entry opens it.`);
        else if (entry.vkey !== vkey)
          check.problem(
            `The log ${origin} has the key ${vkey} in the table, but ${String(entry.vkey)} in the entry that opened it.`,
          );
        else if (entry.size !== startSize)
          check.problem(
            `The log ${origin} starts at ${startSize} in the table, but at ${String(entry.size)} according to its entry.`,
          );
      }
    },
  };
}
