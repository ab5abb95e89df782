import { parseCheckpoint } from "../pure/checkpoint";
import { isProofError } from "../pure/proof-error";

/** The first line of an export or of its companion, read and checked for form. */
export type Header = Readonly<{
  log: string | null;
  vkey: string | null;
  checkpoint: string | null;
  size: number;
  rootHex: string | null;
  filter: string;
  order: string;
  count: number;
  /** What the log itself knows to be missing. */
  gaps: readonly Readonly<{ id: string; boot: string; missing: string }>[];
}>;

type Said = {
  v?: unknown;
  log?: unknown;
  vkey?: unknown;
  checkpoint?: unknown;
  size?: unknown;
  filter?: unknown;
  order?: unknown;
  count?: unknown;
  sources?: unknown;
};
const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;
const isTextOrNull = (value: unknown): value is string | null =>
  value === null || typeof value === "string";

/** Reads the header, or says in words what is wrong with it. `name` is "export", or "proof" for a companion. */
export function readHeader(line: string, name: "export" | "proof"): Header | string {
  let said: Said;
  try {
    const value = JSON.parse(line) as Record<string, unknown> | null;
    if (
      typeof value?.[name] !== "object" ||
      value[name] === null ||
      Object.keys(value).length !== 1
    )
      return `The first line is not {"${name}":{…}}.`;
    said = value[name];
  } catch {
    return "The first line is not JSON.";
  }
  if (said.v !== 1)
    return `The file is of version ${JSON.stringify(said.v)}; this verifier reads version 1.`;
  return headerOf(said);
}

function headerOf({
  log,
  vkey,
  checkpoint,
  size,
  filter,
  order,
  count,
  sources,
}: Said): Header | string {
  if (
    ![log, vkey, checkpoint].every(isTextOrNull) ||
    typeof filter !== "string" ||
    typeof order !== "string"
  )
    return "The header lacks a log, a key, a checkpoint, a filter or an order.";
  if (!isCount(size) || !isCount(count))
    return "The header's size and count are not whole numbers.";
  const header = {
    log,
    vkey,
    checkpoint,
    size,
    rootHex: null,
    filter,
    order,
    count,
    gaps: gapsOf(sources),
  } as Header;
  if (header.checkpoint === null)
    return size === 0 ? header : "The header has a size and no checkpoint.";
  if (header.log === null || header.vkey === null)
    return "The header has a checkpoint, but no log or no key.";
  const root = rootOf(header.checkpoint, header.log, size);
  return typeof root === "string" ? root : { ...header, rootHex: root.hex };
}

function rootOf(checkpoint: string, log: string, size: number): Readonly<{ hex: string }> | string {
  try {
    const read = parseCheckpoint(checkpoint);
    if (read.origin !== log)
      return `The header speaks of the log ${log}, its checkpoint of ${read.origin}.`;
    if (read.size !== size)
      return `The header speaks of ${size} entries, its checkpoint of ${read.size}.`;
    return { hex: Buffer.from(read.root).toString("hex") };
  } catch (error) {
    if (isProofError(error)) return `The header's checkpoint cannot be read: ${error.message}`;
    throw error;
  }
}

function gapsOf(sources: unknown): Header["gaps"] {
  return (Array.isArray(sources) ? sources : []).map(
    (said: { id?: unknown; boot?: unknown; missing?: unknown } | null) => ({
      id: String(said?.id),
      boot: String(said?.boot),
      missing: String(said?.missing),
    }),
  );
}
