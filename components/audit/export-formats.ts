/** The forms of an export, as people choose them. `own` proves itself; the others come with a proof file. */
export const exportChoices = [
  {
    value: "jsonl",
    label: "JSON Lines",
    ending: "jsonl",
    counts: "entries",
    hint: "One file that proves itself: entries, hashes of what is left out, checkpoint.",
  },
  {
    value: "csv",
    label: "CSV",
    ending: "csv",
    counts: "csv",
    hint: "For spreadsheets, formulas neutralised. Comes with a proof file.",
  },
  {
    value: "ocsf",
    label: "OCSF",
    ending: "ocsf.jsonl",
    counts: "lines",
    hint: "For a SIEM, as JSON. Comes with a proof file.",
  },
  {
    value: "cef",
    label: "CEF",
    ending: "cef",
    counts: "lines",
    hint: "For a SIEM, as lines. Comes with a proof file.",
  },
] as const;
export type ExportChoice = (typeof exportChoices)[number];
export const proofForm = {
  value: "proof",
  label: "Proof",
  ending: "proof.jsonl",
  counts: "entries",
} as const;
export type ExportForm = ExportChoice | typeof proofForm;

/** What the first line of a proving file says. */
export type ExportHead = Readonly<{
  log: string | null;
  vkey: string | null;
  size: number;
  count: number;
}>;

/** Reads the first line of JSON Lines or of a proof; null if it is not one. */
export function readHead(line: string): ExportHead | null {
  try {
    const value = JSON.parse(line) as Readonly<{ export?: ExportHead; proof?: ExportHead }>,
      head = value.export ?? value.proof;
    return head === undefined
      ? null
      : { log: head.log, vkey: head.vkey, size: head.size, count: head.count };
  } catch {
    return null;
  }
}

/** The command that verifies what was saved, ready to be pasted into a shell. */
export function verifyCommand(file: string, proofFile: string | null, vkey: string | null): string {
  return `npx chancery verify ${file}${proofFile === null ? "" : ` --proof ${proofFile}`}${vkey === null ? "" : ` --key '${vkey}'`}`;
}
