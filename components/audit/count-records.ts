const newline = 0x0a,
  quote = 0x22,
  letterS = 0x73,
  letterE = 0x65;

/** Counts the records of an export while its bytes arrive, in chunks of any size. */
export type RecordCounter = Readonly<{ add: (bytes: Uint8Array) => void; count: () => number }>;

/**
 * lines: every line is a record · entries: only lines that begin with {"se… (no headers, skips or
 * ends) · csv: rows below the header, with line breaks in quotes ignored.
 */
export function makeRecordCounter(kind: "lines" | "entries" | "csv"): RecordCounter {
  if (kind === "csv") return csvCounter();
  let count = 0,
    column = 0,
    isEntry = kind === "lines";
  const take = (bytes: Uint8Array): void => {
    for (const byte of bytes) {
      if (byte === newline) {
        if (isEntry) count += 1;
        column = 0;
        isEntry = kind === "lines";
        continue;
      }
      if (kind === "entries" && column === 3) isEntry &&= byte === letterE;
      if (kind === "entries" && column === 2) isEntry = byte === letterS;
      column += 1;
    }
  };
  return { add: take, count: () => count };
}

function csvCounter(): RecordCounter {
  let rows = 0,
    quoted = false;
  const take = (bytes: Uint8Array): void => {
    for (const byte of bytes) {
      if (byte === quote) quoted = !quoted;
      else if (byte === newline && !quoted) rows += 1;
    }
  };
  return { add: take, count: () => Math.max(0, rows - 1) };
}
