import { ProofError } from "@/lib/log/pure/proof-error";
import {
  openFile,
  verifyJsonLines,
  type OpenedFile,
  type FileChunks,
  type VerifyOptions,
} from "./verify-json-lines";
import { recordFormatOf } from "./read-records";
import type { VerifyReport } from "./report";
import { verifyProofFile } from "./verify-proof-file";
import { verifyRecords } from "./verify-records";

export type VerifyExportOptions = VerifyOptions &
  Readonly<{
    /** The companion (format `proof`) of an export in CSV, OCSF or CEF. */
    proof?: FileChunks | undefined;
    /** The exact bytes of the entry, if a .tlog-proof file does not contain them. */
    entry?: Uint8Array | undefined;
  }>;

/**
 * Verifies an export of the log or a .tlog-proof file, offline and in constant memory. Problems are
 * in the report. Throws ProofError if the caller's key, policy or older checkpoint cannot be parsed,
 * and `verify.not-an-export` if the file is not an export.
 */
export async function verifyExport(
  pieces: FileChunks,
  options: VerifyExportOptions = {},
): Promise<VerifyReport> {
  const opened = await openFile(pieces);
  if (opened.line.startsWith(`{"export":`)) return verifyJsonLines(opened, options);
  if (options.index === true || options.select !== undefined)
    throw new ProofError(
      "verify.not-an-export",
      "An index can be derived, and entries can be selected, from an export in JSON Lines only.",
    );
  if (opened.line.startsWith(`{"proof":`))
    throw new ProofError(
      "verify.not-an-export",
      "This is the companion of an export. Verify the export itself, and pass this file with --proof.",
    );
  if (opened.line.startsWith("c2sp.org/tlog-proof@"))
    return verifyProofFile(await readAll(opened), options);
  // An OCSF or CEF export without matches is empty; only its companion has content.
  const format = opened.line === "" && options.proof ? "ocsf" : recordFormatOf(opened.line);
  if (format !== null) return verifyRecords(opened, format, options);
  throw new ProofError(
    "verify.not-an-export",
    "The file is neither an export of Chancery (JSON Lines, CSV, OCSF, CEF) nor a proof file.",
  );
}

const maxProofBytes = 1_000_000;

async function readAll({ line, rest }: OpenedFile): Promise<string> {
  const read: Buffer[] = [Buffer.from(`${line}\n`)];
  let length = 0;
  for await (const piece of rest) {
    read.push(Buffer.from(piece));
    length += piece.length;
    if (length > maxProofBytes)
      throw new ProofError("verify.not-an-export", "The file is too long to be a proof file.");
  }
  return Buffer.concat(read).toString("utf8");
}
