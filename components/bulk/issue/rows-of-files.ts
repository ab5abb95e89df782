import type { IssueRow } from "@/lib/bulk/schema";
import { readCsv } from "@/lib/format/read-csv";

export type NamedText = Readonly<{ name: string; text: string }>;
/** What the rows without an own value get. */
export type RowDefaults = Readonly<{ profile: string; identity: string }>;
export type ReadRows = Readonly<{
  rows: readonly IssueRow[];
  /** What is wrong with the files as a whole. */
  problems: readonly string[];
}>;

const columns = { identity: "identity", profile: "profile", csr: "csr", file: "file" } as const;
type ColumnName = keyof typeof columns;

const isCsv = ({ name }: NamedText): boolean => name.toLowerCase().endsWith(".csv");
const isCsr = ({ name }: NamedText): boolean => /\.(csr|pem|der|req|p10)$/i.test(name);
const baseName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;
const withoutExtension = (name: string): string => name.replace(/\.[^.]+$/, "");

/**
 * The requests of a CSV file and the CSR files next to it, or of CSR files alone, whose names are
 * then those of their identities. Pure.
 */
export function rowsOfFiles(files: readonly NamedText[], defaults: RowDefaults): ReadRows {
  const tables = files.filter(isCsv);
  const requests = files.filter(isCsr);
  const others = files.filter((file) => !isCsv(file) && !isCsr(file));
  const ignored =
    others.length === 0 ? [] : [`Not used: ${others.map(({ name }) => name).join(", ")}.`];
  const [table, ...more] = tables;
  if (table === undefined)
    return { rows: requests.map((file) => rowOfFile(file, defaults)), problems: ignored };
  const several = more.length === 0 ? [] : [`Only ${table.name} is used: choose one CSV file.`];
  const { rows, problems } = rowsOfTable(table, requests, defaults);
  return { rows, problems: [...several, ...ignored, ...problems] };
}

const rowOfFile = ({ name, text }: NamedText, { profile, identity }: RowDefaults): IssueRow => ({
  label: baseName(name).slice(0, 128),
  identity: identity || withoutExtension(baseName(name)),
  profile,
  csr: text,
});

function rowsOfTable(
  table: NamedText,
  requests: readonly NamedText[],
  defaults: RowDefaults,
): ReadRows {
  const [head, ...records] = readCsv(table.text);
  const names = head?.fields.map((field) => field.trim().toLowerCase()) ?? [];
  const placeOf = (name: ColumnName): number => names.indexOf(columns[name]);
  if (placeOf("csr") < 0 && placeOf("file") < 0)
    return {
      rows: [],
      problems: [
        `The first line of ${table.name} names the columns. It needs identity, profile, and csr or file.`,
      ],
    };
  const byName = new Map(requests.map((file) => [baseName(file.name).toLowerCase(), file.text]));
  const rows = records.map(({ line, fields }) => {
    const valueOf = (name: ColumnName): string => (fields[placeOf(name)] ?? "").trim();
    return {
      label: `Line ${line}`,
      identity: valueOf("identity") || defaults.identity,
      profile: valueOf("profile") || defaults.profile,
      csr: csrOf(valueOf("csr"), valueOf("file"), byName),
    };
  });
  return { rows, problems: [] };
}

/** The CSR itself, or that of the file which either column names; empty if there is none. */
function csrOf(csr: string, file: string, byName: ReadonlyMap<string, string>): string {
  const textOf = (name: string): string | undefined => byName.get(baseName(name).toLowerCase());
  if (csr === "") return textOf(file) ?? "";
  return textOf(csr) ?? (isFileName(csr) ? "" : csr);
}

const isFileName = (text: string): boolean =>
  text.length <= 255 && /^[^\n]+\.[a-z0-9]{2,4}$/i.test(text);
