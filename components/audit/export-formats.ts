/**
 * The export formats. JSON Lines includes its proof; the others come with a proof file.
 */
export const exportChoices = [
  {
    value: "jsonl",
    label: "JSON Lines",
    ending: "jsonl",
    counts: "entries",
    hint: "One file with its own proof: entries, hashes of the rest, checkpoint.",
  },
  {
    value: "csv",
    label: "CSV",
    ending: "csv",
    counts: "csv",
    hint: "For spreadsheets, with formulas neutralized. Comes with a proof file.",
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
    hint: "For a SIEM, one line per entry. Comes with a proof file.",
  },
] as const;
export type ExportChoice = (typeof exportChoices)[number];
export const proofFormat = {
  value: "proof",
  label: "Proof",
  ending: "proof.jsonl",
  counts: "entries",
} as const;
export type ExportFormat = ExportChoice | typeof proofFormat;

/** The first line of a file that includes a proof. */
export type ExportHead = Readonly<{
  log: string | null;
  vkey: string | null;
  size: number;
  count: number;
}>;

/** Parses the first line of a JSON Lines or proof file; null if it is neither. */
export function parseHead(line: string): ExportHead | null {
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

/**
 * The shell command that verifies the saved files. It accepts that entries are left out where the
 * export has a filter.
 */
export function verifyCommand(
  file: string,
  proofFile: string | null,
  head: Pick<ExportHead, "vkey" | "count" | "size"> | null,
): string {
  const isPartial = head !== null && head.count < head.size;
  return [
    `npx chancery verify ${file}`,
    ...(proofFile === null ? [] : [`--proof ${proofFile}`]),
    ...(isPartial ? ["--partial"] : []),
    ...(head?.vkey ? [`--key '${head.vkey}'`] : []),
  ].join(" ");
}
