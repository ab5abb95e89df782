import { fromBase64, toBase64 } from "./bytes";
import { parseCheckpoint } from "./checkpoint";
import { HASH_BYTES } from "./hashes";
import { ProofError } from "./proof-error";

/** That one entry is in the log, for a verifier without a network (C2SP tlog-proof). `checkpoint` is the signed note. */
export type TlogProof = Readonly<{
  extra?: Uint8Array;
  index: number;
  path: readonly Uint8Array[];
  checkpoint: string;
}>;

const firstLine = "c2sp.org/tlog-proof@v1",
  HIGHEST = 63;
const bad = (message: string): never => {
  throw new ProofError("tlog-proof.form", `Not a proof file: ${message}`);
};

/** The bytes of a .tlog-proof file, as text. */
export function formatTlogProof({ extra, index, path, checkpoint }: TlogProof): string {
  const extraLine = extra ? `extra ${toBase64(extra)}\n` : "";
  return `${firstLine}\n${extraLine}index ${index}\n${path.map((hash) => `${toBase64(hash)}\n`).join("")}\n${checkpoint}`;
}

/** Reads a .tlog-proof file; nothing in it is proven by that. Throws ProofError `tlog-proof.form`, `note.form`, `checkpoint.form`, `bytes.base64`. */
export function parseTlogProof(text: string): TlogProof {
  const cut = text.indexOf("\n\n");
  if (cut < 0) bad("an empty line and the checkpoint are missing.");
  const lines = text.slice(0, cut).split("\n"),
    checkpoint = text.slice(cut + 2);
  if (lines.shift() !== firstLine) bad(`it does not begin with "${firstLine}".`);
  const extraLine = lines[0]?.startsWith("extra ") ? lines.shift()! : null;
  const indexText =
    /^index (0|[1-9][0-9]*)$/.exec(lines.shift() ?? "")?.[1] ??
    bad(`the line "index N" is missing.`);
  const index = Number(indexText);
  if (!Number.isSafeInteger(index)) bad(`${indexText} cannot be the number of an entry.`);
  if (lines.length > HIGHEST) bad(`its path has ${lines.length} hashes.`);
  const path = lines.map(fromBase64);
  if (path.some((hash) => hash.length !== HASH_BYTES)) bad(`a hash has ${HASH_BYTES} bytes.`);
  parseCheckpoint(checkpoint);
  return {
    ...(extraLine === null ? {} : { extra: fromBase64(extraLine.slice("extra ".length)) }),
    index,
    path,
    checkpoint,
  };
}
