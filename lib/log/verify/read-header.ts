import { parseCheckpoint } from "@/lib/log/pure/checkpoint";
import { isProofError } from "@/lib/log/pure/proof-error";

/** The parsed first line of an export or of its companion. */
export type ExportHeaderLine = Readonly<{
  log: string | null;
  vkey: string | null;
  checkpoint: string | null;
  size: number;
  rootHex: string | null;
  filter: string;
  /** The fields of the filter; null if the header has none. */
  query: Readonly<Record<string, string>> | null;
  order: string;
  count: number;
  /** Missing entry numbers that the log itself reports. */
  gaps: readonly Readonly<{ id: string; boot: string; missing: string }>[];
}>;

type RawHeader = {
  v?: unknown;
  log?: unknown;
  vkey?: unknown;
  checkpoint?: unknown;
  size?: unknown;
  filter?: unknown;
  query?: unknown;
  order?: unknown;
  count?: unknown;
  sources?: unknown;
};
const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;
const isTextOrNull = (value: unknown): value is string | null =>
  value === null || typeof value === "string";

/** Parses the header; returns a description of the problem if it is invalid. */
export function readHeader(line: string, name: "export" | "proof"): ExportHeaderLine | string {
  let raw: RawHeader;
  try {
    const value = JSON.parse(line) as Record<string, unknown> | null;
    if (
      typeof value?.[name] !== "object" ||
      value[name] === null ||
      Object.keys(value).length !== 1
    )
      return `The first line is not {"${name}":{…}}.`;
    raw = value[name];
  } catch {
    return "The first line is not JSON.";
  }
  if (raw.v !== 1)
    return `The file has version ${JSON.stringify(raw.v)}, but this verifier supports version 1 only.`;
  return validateHeader(raw);
}

function validateHeader({
  log,
  vkey,
  checkpoint,
  size,
  filter,
  query,
  order,
  count,
  sources,
}: RawHeader): ExportHeaderLine | string {
  if (
    ![log, vkey, checkpoint].every(isTextOrNull) ||
    typeof filter !== "string" ||
    typeof order !== "string"
  )
    return "The header has no valid log, vkey, checkpoint, filter or order.";
  if (!isCount(size) || !isCount(count))
    return "The size or the count in the header is not a whole number.";
  const header = {
    log,
    vkey,
    checkpoint,
    size,
    rootHex: null,
    filter,
    query: readQuery(query),
    order,
    count,
    gaps: readGaps(sources),
  } as ExportHeaderLine;
  if (header.checkpoint === null)
    return size === 0 ? header : "The header has a size but no checkpoint.";
  if (header.log === null || header.vkey === null)
    return "The header has a checkpoint, but no log or no key.";
  const root = readRoot(header.checkpoint, header.log, size);
  return typeof root === "string" ? root : { ...header, rootHex: root.hex };
}

function readRoot(
  checkpoint: string,
  log: string,
  size: number,
): Readonly<{ hex: string }> | string {
  try {
    const read = parseCheckpoint(checkpoint);
    if (read.origin !== log)
      return `The header states the log ${log}, but its checkpoint belongs to ${read.origin}.`;
    if (read.size !== size)
      return `The header states ${size} entries, but its checkpoint covers ${read.size}.`;
    return { hex: Buffer.from(read.root).toString("hex") };
  } catch (error) {
    if (isProofError(error)) return `The checkpoint in the header is malformed: ${error.message}`;
    throw error;
  }
}

function readQuery(query: unknown): ExportHeaderLine["query"] {
  const isQuery =
    typeof query === "object" &&
    query !== null &&
    Object.values(query).every((value) => typeof value === "string");
  return isQuery ? (query as Readonly<Record<string, string>>) : null;
}

function readGaps(sources: unknown): ExportHeaderLine["gaps"] {
  return (Array.isArray(sources) ? sources : []).map(
    (source: { id?: unknown; boot?: unknown; missing?: unknown } | null) => ({
      id: String(source?.id),
      boot: String(source?.boot),
      missing: String(source?.missing),
    }),
  );
}
