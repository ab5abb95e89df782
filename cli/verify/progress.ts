import type { Progress } from "@/lib/log/verify/json-lines";

type Terminal = Readonly<{ write: (text: string) => unknown }>;

/** One line on the terminal, at most ten times a second; nothing without one. */
export function makeProgress(terminal: Terminal | null, fileBytes: number | null): Readonly<{ show: (progress: Progress) => void; end: () => void }> {
  let shownAt = -Infinity, shown = 0;
  return {
    show: ({ bytes, entries }) => {
      const now = performance.now();
      if (!terminal || now - shownAt < 100) return;
      shownAt = now;
      const part = fileBytes ? `${Math.min(100, Math.floor((100 * bytes) / fileBytes))}% · ` : "", line = `verifying: ${part}${entries.toLocaleString("en")} entries`;
      terminal.write(`\r${line.padEnd(shown)}`);
      shown = line.length;
    },
    end: () => { if (shown > 0) terminal?.write(`\r${" ".repeat(shown)}\r`); },
  };
}
