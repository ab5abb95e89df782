import { entriesCheck } from "./records-check";
import { makeFold, type Fold } from "./fold";
import type { Header } from "./header";
import {
  conclude,
  needHeader,
  numbersFor,
  openLines,
  type Opened,
  type Pieces,
  type VerifyOptions,
} from "./json-lines";
import { makeLineReader } from "./read-lines";
import { readRecords, type FoundRecord, type RecordFormat } from "./records";
import { makeFindings, type Findings, type VerifyReport } from "./report";
import { ignoreNumbers, type SourceNumbers } from "./source-numbers";
import { checkTrust } from "./trust";

const noHeader: Header = {
  log: null,
  vkey: null,
  checkpoint: null,
  size: 0,
  rootHex: null,
  filter: "",
  order: "asc",
  count: 0,
  gaps: [],
};
const needsCompanion =
  "Such a file does not prove itself: give its companion (the export in the format proof, of the same filter and checkpoint) with --proof.";

/**
 * Verifies an export in CSV, OCSF or CEF. With its companion as an export in JSON Lines; alone only the hashes, the order and that the
 * readable fields say what the entries say.
 */
export async function verifyRecords(
  { line, rest }: Opened,
  format: RecordFormat,
  options: VerifyOptions & Readonly<{ proof?: Pieces | undefined }>,
): Promise<VerifyReport> {
  const findings = makeFindings(),
    companion = options.proof ? await openLines(options.proof) : null;
  const header = companion ? needHeader(companion.line, "proof") : noHeader,
    numbers = companion ? numbersFor(header) : ignoreNumbers,
    signed = await checkTrust(findings, options, header),
    fold = makeFold(findings, header.size, signed.waypoint);
  const source = readRecords(format, line, rest),
    check = entriesCheck({ findings, numbers, header: companion ? header : null, format });
  const report = (): void =>
    options.onProgress?.({ bytes: check.bytes(), entries: fold.entries(), size: header.size });
  const next = async (): Promise<FoundRecord | null> => {
    for (;;) {
      const { value, done } = await source.next();
      if (done) return null;
      const found = check.look(value);
      if (found) return found;
    }
  };
  if (companion)
    await matchCompanion({ findings, fold, numbers, header, rest: companion.rest, next, report });
  else {
    for (let record = await next(); record; record = await next()) {
      fold.unsealed(record.seq);
      report();
    }
  }
  const { checks: _checks, ...found } = conclude({
    findings,
    header,
    fold,
    numbers,
    signed,
    options,
  });
  findings.say(
    "format",
    `Every record is one of an export and shows what its entry says${check.reworded() === 0 ? "" : `, but for the sentences of ${check.reworded()}, which this version words otherwise and nothing vouches for`}.`,
  );
  if (companion) return { ...found, checks: findings.all() };
  for (const name of ["tree", "signature", "witnesses", "since", "gaps", "complete"] as const)
    findings.skip(name, needsCompanion);
  return { ...found, checks: findings.all(), log: check.log() };
}

type Match = Readonly<{
  findings: Findings;
  fold: Fold;
  numbers: SourceNumbers;
  header: Header;
  rest: AsyncIterable<Buffer>;
  next: () => Promise<FoundRecord | null>;
  report: () => void;
}>;

/** Goes through the companion and the file side by side: each entry of the one is that of the other. */
async function matchCompanion({
  findings,
  fold,
  numbers,
  header,
  rest,
  next,
  report,
}: Match): Promise<void> {
  let expected: { seq: number; hash: string }[] = [];
  const reader = makeLineReader({
    findings,
    fold,
    numbers,
    header,
    kind: "proof",
    onHash: (seq, hash) => expected.push({ seq, hash }),
  });
  let record = await next();
  const match = async ({ seq, hash }: Readonly<{ seq: number; hash: string }>): Promise<void> => {
    for (; record && record.seq < seq; record = await next())
      findings.problem(
        "order",
        `Entry ${record.seq} is not in the companion there: doubled, swapped or inserted.`,
      );
    if (!record || record.seq > seq)
      return findings.problem("complete", `Entry ${seq} is in the companion and not in the file.`);
    if (record.leafHash !== hash)
      findings.problem("tree", `Entry ${seq} has another hash in the file than in the companion.`);
    record = await next();
  };
  for await (const piece of rest) {
    reader.push(piece);
    for (const one of expected) await match(one);
    expected = [];
    report();
  }
  reader.finish();
  // What is left in the file is not under the checkpoint yet.
  for (; record; record = await next()) {
    if (record.seq < header.size)
      findings.problem(
        "order",
        `Entry ${record.seq} is not in the companion: doubled, swapped or inserted.`,
      );
    else fold.unsealed(record.seq);
  }
}
