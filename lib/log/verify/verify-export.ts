import { ProofError } from "../pure/proof-error";
import { openLines, verifyJsonLines, type Pieces, type VerifyOptions } from "./json-lines";
import type { VerifyReport } from "./report";

export type VerifyExportOptions = VerifyOptions & Readonly<{
  /** The companion (format `proof`) of an export in CSV, OCSF or CEF. */
  proof?: Pieces | undefined;
}>;

/**
 * Verifies what an export of the log holds, offline, in constant memory; every finding is in the report. Throws ProofError for what the
 * verifier brings along and cannot be read (key, policy, older checkpoint) and `verify.not-an-export` for a file that is none.
 */
export async function verifyExport(pieces: Pieces, options: VerifyExportOptions = {}): Promise<VerifyReport> {
  const opened = await openLines(pieces);
  if (opened.line.startsWith(`{"export":`)) return verifyJsonLines(opened, options);
  if (opened.line.startsWith(`{"proof":`)) throw new ProofError("verify.not-an-export", "This is the companion of an export. Verify the export itself and give this file with --proof.");
  throw new ProofError("verify.not-an-export", "The file does not begin as an export of Chancery does (JSON Lines, CSV, OCSF, CEF), nor as a proof file.");
}
