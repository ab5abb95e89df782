import type { Progress } from "@/lib/log/verify/json-lines";

type Terminal = Readonly<{ write: (text: string) => unknown }>;
export type LineProgress = Readonly<{ show: (line: string) => void; end: () => void }>;

/** One line on the terminal that is written anew, at most ten times a second; nothing without a terminal. */
export function makeLineProgress(terminal: Terminal | null): LineProgress {
  let shownAt = -Infinity,
    shown = 0;
  return {
    show: (line) => {
      const now = performance.now();
      if (!terminal || now - shownAt < 100) return;
      shownAt = now;
      terminal.write(`\r${line.padEnd(shown)}`);
      shown = line.length;
    },
    end: () => {
      if (shown > 0) terminal?.write(`\r${" ".repeat(shown)}\r`);
      shown = 0;
    },
  };
}

/** How far a file of so many bytes is verified. */
export function makeProgress(
  terminal: Terminal | null,
  fileBytes: number | null,
): Readonly<{ show: (progress: Progress) => void; end: () => void }> {
  const line = makeLineProgress(terminal);
  return {
    show: ({ bytes, entries }) =>
      line.show(
        `verifying: ${fileBytes ? `${Math.min(100, Math.floor((100 * bytes) / fileBytes))}% · ` : ""}${entries.toLocaleString("en")} entries`,
      ),
    end: line.end,
  };
}
