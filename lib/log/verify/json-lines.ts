import { ProofError } from "../pure/proof-error";
import { makeFold, type Fold } from "./fold";
import { readHeader, type Header } from "./header";
import { makeFindings, type Findings, type VerifyReport } from "./report";
import { makeLineReader } from "./read-lines";
import { ignoreNumbers, makeSourceNumbers, type SourceNumbers } from "./source-numbers";
import { checkTrust, type Signed, type Trust } from "./trust";

export type Pieces = AsyncIterable<Uint8Array | string>;
export type Progress = Readonly<{ bytes: number; entries: number; size: number }>;
export type VerifyOptions = Trust &
  Readonly<{ onProgress?: ((progress: Progress) => void) | undefined }>;

/** The first line of a file, and everything behind it. */
export type Opened = Readonly<{ line: string; rest: AsyncIterable<Buffer> }>;

const LONGEST_HEADER = 16 * 1024 * 1024;

/**
 * Verifies an export in JSON Lines: no database, no network, memory that does not grow with the file. Throws ProofError for what the
 * verifier brings along and cannot be read (key, policy, older checkpoint) and `verify.not-an-export` for a file that is none.
 */
export async function verifyJsonLines(
  { line, rest }: Opened,
  options: VerifyOptions,
): Promise<VerifyReport> {
  const header = needHeader(line, "export"),
    findings = makeFindings(),
    numbers = numbersFor(header);
  const signed = await checkTrust(findings, options, header),
    fold = makeFold(findings, header.size, signed.waypoint);
  const reader = makeLineReader({ findings, fold, numbers, header, kind: "export" });
  for await (const piece of rest) {
    reader.push(piece);
    options.onProgress?.({ bytes: reader.bytes(), entries: fold.entries(), size: header.size });
  }
  reader.finish();
  return conclude({ findings, header, fold, numbers, signed, options });
}

/** Numbers of sources are counted where nothing was left out. */
export const numbersFor = ({ filter }: Header): SourceNumbers =>
  filter === "" ? makeSourceNumbers() : ignoreNumbers;

/** The header, or ProofError `verify.not-an-export`. */
export function needHeader(line: string, kind: "export" | "proof"): Header {
  const header = readHeader(line, kind);
  if (typeof header === "string") throw new ProofError("verify.not-an-export", header);
  if (header.order !== "asc")
    throw new ProofError(
      "verify.not-an-export",
      `The order of this export is ${header.order}; only one in the order of the log can be verified.`,
    );
  return header;
}

type Done = Readonly<{
  findings: Findings;
  header: Header;
  fold: Fold;
  numbers: SourceNumbers;
  signed: Signed;
  options: Trust;
}>;

/** What is known when the last line was read. */
export function conclude({ findings, header, fold, numbers, signed, options }: Done): VerifyReport {
  const entries = fold.entries(),
    sealed = entries - fold.unsealedEntries();
  findings.count("order", entries);
  findings.count("leaf", entries);
  findings.say(
    "format",
    "Every line is one of an export, every entry canonical JSON (RFC 8785) of version 1.",
  );
  findings.say("leaf", `Each of ${countOf(entries)} has the hash that its line states.`);
  findings.say(
    "order",
    entries === 0
      ? "No entry is in the file."
      : `Numbers ${fold.first()} to ${fold.last()}, ascending, none twice${fold.skipped() > 0 ? `; ${fold.skipped()} others stand as hashes` : ", none left out"}.`,
  );
  concludeTree(findings, header, fold, sealed);
  concludeSince(findings, fold, signed, options);
  concludeGaps(findings, header, fold, numbers);
  if (fold.whole() || !findings.failed("order", "complete")) findings.count("complete", entries);
  findings.say(
    "complete",
    `${countOf(entries)}, as many as the export announces${header.filter === "" ? "" : ` for the filter ${header.filter}`}${header.size > 0 ? `; nothing is missing up to entry ${header.size - 1}` : ""}.`,
  );
  const isWrong = findings.failed(
    "format",
    "order",
    "leaf",
    "tree",
    "signature",
    "since",
    "complete",
  );
  return {
    kind: "export",
    checks: findings.all(),
    level: isWrong ? "failed" : (signed.level ?? "unsealed"),
    size: header.size,
    entries,
    unsealed: fold.unsealedEntries(),
    first: fold.first(),
    last: fold.last(),
    log: header.log,
    vkey: header.vkey,
    rootHex: header.rootHex,
    keyPinned: signed.keyPinned,
    filter: header.filter,
    cosignedBy: signed.cosigned.map(({ name, timestamp }) => ({
      name,
      at: new Date(timestamp * 1000).toISOString(),
    })),
  };
}

const countOf = (entries: number): string => `${entries} ${entries === 1 ? "entry" : "entries"}`;

function concludeTree(
  findings: Findings,
  { size, rootHex }: Header,
  fold: Fold,
  sealed: number,
): void {
  if (rootHex === null) return findings.skip("tree", "The file has no checkpoint to fold to.");
  if (!fold.whole()) {
    if (!findings.failed("order", "complete", "tree"))
      findings.problem(
        "complete",
        `The file does not reach the checkpoint's ${size} entries; its last entry is ${fold.last() ?? "none"}.`,
      );
    return findings.skip(
      "tree",
      "Entries are missing or out of order, so the root cannot be computed.",
    );
  }
  findings.count("tree", sealed);
  findings.say(
    "tree",
    `The hashes of ${countOf(sealed)}${fold.skipped() > 0 ? ` and what stands for ${fold.skipped()} left out` : ""} fold to the checkpoint's root ${rootHex}.`,
  );
  if (fold.rootHex() !== rootHex)
    findings.problem(
      "tree",
      `The entries fold to the root ${fold.rootHex()}; the checkpoint signs ${rootHex}.`,
    );
}

function concludeSince(
  findings: Findings,
  fold: Fold,
  { waypoint }: Signed,
  { since }: Trust,
): void {
  if (!waypoint || since === undefined) return;
  const outcome = fold.waypoint();
  findings.say("since", `The first ${waypoint.size} entries are those of the older checkpoint.`);
  if (outcome === "failed")
    findings.problem(
      "since",
      `The first ${waypoint.size} entries are not those that the older checkpoint signed: the log was rewritten.`,
    );
  else if (outcome === "not-reached")
    findings.skip(
      "since",
      `Entry ${waypoint.size} lies within what the filter left out, or behind something missing: export everything to compare.`,
    );
}

function concludeGaps(
  findings: Findings,
  header: Header,
  fold: Fold,
  numbers: SourceNumbers,
): void {
  findings.count("gaps", numbers.sources());
  const found = fold.skipped() === 0 && header.filter === "" ? numbers.missing() : [];
  for (const { key, ranges, count } of found)
    findings.problem(
      "gaps",
      `${count} ${count === 1 ? "entry" : "entries"} of ${key} never arrived: ${ranges}.`,
    );
  for (const { id, boot, missing } of header.gaps)
    if (found.length === 0)
      findings.problem(
        "gaps",
        `The log says itself that numbers ${missing} of ${id} (run ${boot}) never arrived.`,
      );
  if (fold.skipped() > 0 || header.filter !== "")
    findings.skip(
      "gaps",
      "A filter left entries out, so numbers of sources cannot be counted; export everything for that.",
    );
  else
    findings.say(
      "gaps",
      numbers.sources() === 0
        ? "No entry has a number of its source."
        : `Every number that ${numbers.sources() === 1 ? "the one run of a source" : `${numbers.sources()} runs of sources`} settled is there.`,
    );
}

/** Reads the first line. Throws ProofError `verify.not-an-export` if there is none. */
export async function openLines(pieces: Pieces): Promise<Opened> {
  const iterator = pieces[Symbol.asyncIterator](),
    read: Buffer[] = [];
  let length = 0;
  for (;;) {
    const { value, done } = await iterator.next();
    const piece = done
      ? Buffer.alloc(0)
      : typeof value === "string"
        ? Buffer.from(value)
        : Buffer.from(value);
    const cut = piece.indexOf(10);
    length += piece.length;
    if (cut >= 0 || done) {
      const line = Buffer.concat([
        ...read,
        piece.subarray(0, cut < 0 ? piece.length : cut),
      ]).toString("utf8");
      return { line, rest: restOf(piece.subarray(cut < 0 ? piece.length : cut + 1), iterator) };
    }
    if (length > LONGEST_HEADER)
      throw new ProofError(
        "verify.not-an-export",
        "The file has no first line that could be the header of an export.",
      );
    read.push(piece);
  }
}

async function* restOf(
  first: Buffer,
  iterator: AsyncIterator<Uint8Array | string>,
): AsyncGenerator<Buffer> {
  if (first.length > 0) yield first;
  for (;;) {
    const { value, done } = await iterator.next();
    if (done) return;
    yield typeof value === "string"
      ? Buffer.from(value)
      : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  }
}
