import { fromBase64, toBase64 } from "./bytes";
import { parseCheckpoint } from "./checkpoint";
import { hashBytes } from "./hashes";
import { ProofError } from "./proof-error";

/** An inclusion proof for offline verification (C2SP tlog-proof). `checkpoint`: the signed note. */
export type TlogProof = Readonly<{
  extra?: Uint8Array;
  index: number;
  path: readonly Uint8Array[];
  checkpoint: string;
}>;

const firstLine = "c2sp.org/tlog-proof@v1";
const maxPathLength = 63;
const fail = (message: string): never => {
  throw new ProofError("tlog-proof.form", `This is not a proof file: ${message}`);
};

/** The text of a .tlog-proof file. */
export function formatTlogProof({ extra, index, path, checkpoint }: TlogProof): string {
  const extraLine = extra ? `extra ${toBase64(extra)}\n` : "";
  return `${firstLine}\n${extraLine}index ${index}\n${path.map((hash) => `${toBase64(hash)}\n`).join("")}\n${checkpoint}`;
}

/**
 * Parses a .tlog-proof file without verifying anything. Throws ProofError `tlog-proof.form`,
 * `note.form`, `checkpoint.form`, `bytes.base64`.
 */
export function parseTlogProof(text: string): TlogProof {
  const cut = text.indexOf("\n\n");
  if (cut < 0) fail("the empty line and the checkpoint are missing.");
  const lines = text.slice(0, cut).split("\n");
  const checkpoint = text.slice(cut + 2);
  if (lines.shift() !== firstLine) fail(`it does not start with "${firstLine}".`);
  const extraLine = lines[0]?.startsWith("extra ") ? lines.shift()! : null;
  const indexText =
    /^index (0|[1-9][0-9]*)$/.exec(lines.shift() ?? "")?.[1] ??
    fail(`the line "index N" is missing.`);
  const index = Number(indexText);
  if (!Number.isSafeInteger(index)) fail(`${indexText} is not a valid entry number.`);
  if (lines.length > maxPathLength) fail(`its path has ${lines.length} hashes, which is too many.`);
  const path = lines.map(fromBase64);
  if (path.some((hash) => hash.length !== hashBytes))
    fail(`its path contains a hash that does not have ${hashBytes} bytes.`);
  parseCheckpoint(checkpoint);
  return {
    ...(extraLine === null ? {} : { extra: fromBase64(extraLine.slice("extra ".length)) }),
    index,
    path,
    checkpoint,
  };
}
