import { ProofError } from "../pure/proof-error";
import {
  openLines,
  verifyJsonLines,
  type Opened,
  type Pieces,
  type VerifyOptions,
} from "./json-lines";
import { recordFormatOf } from "./records";
import type { VerifyReport } from "./report";
import { verifyProofFile } from "./verify-proof-file";
import { verifyRecords } from "./verify-records";

export type VerifyExportOptions = VerifyOptions &
  Readonly<{
    /** The companion (format `proof`) of an export in CSV, OCSF or CEF. */
    proof?: Pieces | undefined;
    /** The exact bytes of the entry that a .tlog-proof file is about, if the file does not hold them. */
    entry?: Uint8Array | undefined;
  }>;

/**
 * Verifies what an export of the log or a .tlog-proof file holds, offline, in constant memory; every finding is in the report. Throws ProofError for what the
 * verifier brings along and cannot be read (key, policy, older checkpoint) and `verify.not-an-export` for a file that is none.
 */
export async function verifyExport(
  pieces: Pieces,
  options: VerifyExportOptions = {},
): Promise<VerifyReport> {
  const opened = await openLines(pieces);
  if (opened.line.startsWith(`{"export":`)) return verifyJsonLines(opened, options);
  if (opened.line.startsWith(`{"proof":`))
    throw new ProofError(
      "verify.not-an-export",
      "This is the companion of an export. Verify the export itself and give this file with --proof.",
    );
  if (opened.line.startsWith("c2sp.org/tlog-proof@"))
    return verifyProofFile(await wholeOf(opened), options);
  // A filter that matched nothing leaves OCSF and CEF empty; their companion says so.
  const format = opened.line === "" && options.proof ? "ocsf" : recordFormatOf(opened.line);
  if (format !== null) return verifyRecords(opened, format, options);
  throw new ProofError(
    "verify.not-an-export",
    "The file does not begin as an export of Chancery does (JSON Lines, CSV, OCSF, CEF), nor as a proof file.",
  );
}

const LONGEST_PROOF = 1_000_000;

async function wholeOf({ line, rest }: Opened): Promise<string> {
  const read: Buffer[] = [Buffer.from(`${line}\n`)];
  let length = 0;
  for await (const piece of rest) {
    read.push(Buffer.from(piece));
    length += piece.length;
    if (length > LONGEST_PROOF)
      throw new ProofError("verify.not-an-export", "This proof file is too long to be one.");
  }
  return Buffer.concat(read).toString("utf8");
}
