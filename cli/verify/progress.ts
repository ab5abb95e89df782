import type { VerifyProgress } from "@/lib/log/verify/verify-json-lines";

type Terminal = Readonly<{ write: (text: string) => unknown }>;
export type LineProgress = Readonly<{ show: (line: string) => void; end: () => void }>;

/** A terminal line that is redrawn at most ten times a second; does nothing without a terminal. */
export function makeLineProgress(terminal: Terminal | null): LineProgress {
  let drawnAt = -Infinity;
  let shownLength = 0;
  return {
    show: (line) => {
      const now = performance.now();
      if (!terminal || now - drawnAt < 100) return;
      drawnAt = now;
      terminal.write(`\r${line.padEnd(shownLength)}`);
      shownLength = line.length;
    },
    end: () => {
      if (shownLength > 0) terminal?.write(`\r${" ".repeat(shownLength)}\r`);
      shownLength = 0;
    },
  };
}

/** The progress of verifying a file of that size. */
export function makeProgress(
  terminal: Terminal | null,
  fileBytes: number | null,
): Readonly<{ show: (progress: VerifyProgress) => void; end: () => void }> {
  const line = makeLineProgress(terminal);
  return {
    show: ({ bytes, entries }) =>
      line.show(
        `verifying: ${fileBytes ? `${Math.min(100, Math.floor((100 * bytes) / fileBytes))}% · ` : ""}${entries.toLocaleString("en")} entries`,
      ),
    end: line.end,
  };
}
