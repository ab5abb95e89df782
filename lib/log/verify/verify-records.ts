import { makeRecordChecker, type RecordChecker } from "./check-record";
import { makeFold, type Fold } from "./fold";
import type { ExportHeaderLine } from "./read-header";
import {
  makeReport,
  requireHeader,
  sourceNumbersFor,
  openFile,
  type OpenedFile,
  type FileChunks,
  type VerifyOptions,
} from "./verify-json-lines";
import { makeLineReader } from "./read-lines";
import { readRecords, type ExportedRecord, type RecordFormat } from "./read-records";
import { makeCheckResults, type CheckResults, type VerifyReport } from "./report";
import { ignoreSourceNumbers, type SourceNumbers } from "@/lib/log/pure/source-numbers";
import { makeSelectionCheck, type SelectionCheck } from "./check-selection";
import { checkTrust } from "./check-trust";

const noHeader: ExportHeaderLine = {
  log: null,
  vkey: null,
  checkpoint: null,
  size: 0,
  rootHex: null,
  filter: "",
  query: null,
  order: "asc",
  count: 0,
  gaps: [],
};
const companionHint =
  "This format needs its companion, the export with format proof and the same filter and checkpoint. Pass it with --proof.";

/**
 * Verifies an export in CSV, OCSF or CEF. With its companion it is verified like JSON Lines; without
 * it, only the hashes, the order, and that the fields match the entries.
 */
export async function verifyRecords(
  { line, rest }: OpenedFile,
  format: RecordFormat,
  options: VerifyOptions & Readonly<{ proof?: FileChunks | undefined }>,
): Promise<VerifyReport> {
  const checks = makeCheckResults(options);
  const companion = options.proof ? await openFile(options.proof) : null;
  const header = companion ? requireHeader(companion.line, "proof") : noHeader;
  const numbers = companion ? sourceNumbersFor(header) : ignoreSourceNumbers;
  const signed = await checkTrust(checks, options, header);
  const fold = makeFold(checks, header.size, signed.older);
  const records = readRecords(format, line, rest);
  const checker = makeRecordChecker({
    checks,
    numbers,
    header: companion ? header : null,
    format,
  });
  const reportProgress = (): void =>
    options.onProgress?.({ bytes: checker.bytes(), entries: fold.entries(), size: header.size });
  const nextRecord = (): Promise<ExportedRecord | null> => readNextRecord(records, checker);
  let selection: SelectionCheck | null = null;
  if (companion)
    selection = await matchCompanion({
      checks,
      fold,
      numbers,
      header,
      rest: companion.rest,
      next: nextRecord,
      report: reportProgress,
    });
  else {
    for (let record = await nextRecord(); record; record = await nextRecord()) {
      fold.addUncovered(record.seq);
      reportProgress();
    }
  }
  const { checks: _checks, ...report } = makeReport({
    checks,
    header,
    fold,
    numbers,
    signed,
    options,
    newestTs: checker.newestTs(),
    selection,
  });
  checks.summarize(
    "format",
    `Every record is well-formed and matches its entry${checker.reworded() === 0 ? "" : `, except that this version words the sentences of ${checker.reworded()} differently (sentences are not verified)`}.`,
  );
  if (companion) return { ...report, checks: checks.all() };
  skipUnproven(checks);
  return { ...report, checks: checks.all(), log: checker.log() };
}

/** Without its companion, a file proves nothing of this. */
function skipUnproven(checks: CheckResults): void {
  const names = ["tree", "signature", "witnesses", "since", "gaps", "complete", "age"] as const;
  for (const name of names) checks.skip(name, companionHint);
}

/** The next record that is well-formed; null at the end of the file. */
async function readNextRecord(
  records: ReturnType<typeof readRecords>,
  checker: RecordChecker,
): Promise<ExportedRecord | null> {
  for (;;) {
    const { value, done } = await records.next();
    if (done) return null;
    const record = checker.check(value);
    if (record) return record;
  }
}

type CompanionMatch = Readonly<{
  checks: CheckResults;
  fold: Fold;
  numbers: SourceNumbers;
  header: ExportHeaderLine;
  rest: AsyncIterable<Buffer>;
  next: () => Promise<ExportedRecord | null>;
  report: () => void;
}>;

/**
 * Reads the companion and the file in parallel: their entries must be the same. Returns what the
 * companion says of the selection.
 */
async function matchCompanion({
  checks,
  fold,
  numbers,
  header,
  rest,
  next,
  report,
}: CompanionMatch): Promise<SelectionCheck> {
  let expected: { seq: number; hash: string }[] = [];
  const selection = makeSelectionCheck(checks, header);
  const reader = makeLineReader({
    checks,
    fold,
    numbers,
    header,
    kind: "proof",
    onHash: (seq, hash) => expected.push({ seq, hash }),
    selection,
  });
  let record = await next();
  const match = async ({ seq, hash }: Readonly<{ seq: number; hash: string }>): Promise<void> => {
    for (; record && record.seq < seq; record = await next())
      checks.problem(
        "order",
        `Entry ${record.seq} is not at this place in the companion: it is a duplicate, out of order or inserted.`,
      );
    if (!record || record.seq > seq)
      return checks.problem("complete", `Entry ${seq} is in the companion but not in the file.`);
    if (record.leafHash !== hash)
      checks.problem(
        "tree",
        `Entry ${seq} has a different hash in the file than in the companion.`,
      );
    record = await next();
  };
  for await (const piece of rest) {
    reader.push(piece);
    for (const one of expected) await match(one);
    expected = [];
    report();
  }
  reader.finish();
  // The remaining entries of the file are not covered by the checkpoint yet.
  for (; record; record = await next()) {
    if (record.seq < header.size)
      checks.problem(
        "order",
        `Entry ${record.seq} is not in the companion: it is a duplicate, out of order or inserted.`,
      );
    else fold.addUncovered(record.seq);
  }
  return selection;
}
