import { createHash } from "node:crypto";
import { nodeLogCrypto } from "@/lib/log/tree/node-crypto";
import { parseCheckpoint } from "@/lib/log/pure/checkpoint";
import { makeCompactRange } from "@/lib/log/pure/compact-range";
import { type NoteKey, verifyNote } from "@/lib/log/pure/note";
import type { ExportHeader } from "@/lib/log/export/types";

type Line = Readonly<{
  seq: number;
  leafHash: string;
  log?: string | null;
  checkpoint?: number | null;
  /** Of an entry that can't be read. */ bytes?: string;
  skip?: readonly [number, number];
  hashes?: readonly string[];
  end?: End;
}>;
type End = Readonly<{ count: number; entries: number }>;
export type Folded = Readonly<{
  header: ExportHeader;
  seqs: number[];
  unsealed: number[];
  skips: number;
  end: End | undefined;
}>;

function need(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}

/**
 * Reads an export or its companion as a stranger would: folds everything and compares it with what
 * the key signed. Throws what is wrong.
 */
export async function foldExport(
  text: string,
  name: "export" | "proof",
  key: NoteKey,
): Promise<Folded> {
  need(text.endsWith("\n"), "the last line is not ended");
  const [first = "", ...rest] = text.slice(0, -1).split("\n");
  const header = (JSON.parse(first) as Record<string, ExportHeader>)[name];
  if (!header?.checkpoint) throw new Error("no checkpoint in the header");
  const folder = makeCompactRange(nodeLogCrypto);
  const seqs: number[] = [];
  const unsealed: number[] = [];
  let skips = 0;
  let end: End | undefined;
  for (const line of rest) {
    const said = JSON.parse(line) as Line;
    need(end === undefined, "a line after the end");
    if (said.end) end = said.end;
    else if (said.skip) {
      skips += 1;
      need(
        said.skip[0] === folder.size(),
        `left out from ${said.skip[0]}, but there are ${folder.size()} before`,
      );
      await folder.skip(
        said.skip[1],
        (said.hashes ?? []).map((hash) => Buffer.from(hash, "base64")),
      );
    } else if (name === "export" && said.checkpoint === null) {
      needLeaf(line, said);
      unsealed.push(said.seq);
    } else {
      need(said.seq === folder.size(), `entry ${said.seq} after ${folder.size()} others`);
      if (name === "export") {
        needLeaf(line, said);
        need(
          said.log === header.log && said.checkpoint === header.size,
          "an entry of another log or checkpoint",
        );
      }
      await folder.addLeaf(Buffer.from(said.leafHash, "hex"));
      seqs.push(said.seq);
    }
  }
  const { verified } = await verifyNote(nodeLogCrypto, header.checkpoint, [key]);
  const checkpoint = parseCheckpoint(header.checkpoint);
  need(
    verified.length === 1 && checkpoint.origin === header.log,
    "the checkpoint is not signed by the log's key",
  );
  need(
    folder.size() === checkpoint.size && Buffer.from(await folder.root()).equals(checkpoint.root),
    "the root is another",
  );
  return { header, seqs, unsealed, skips, end };
}

function needLeaf(line: string, { leafHash, bytes }: Line): void {
  const entry =
    bytes === undefined
      ? line.slice(line.indexOf(`"entry":`) + 8, -1)
      : Buffer.from(bytes, "base64");
  need(
    createHash("sha256").update("\0").update(entry).digest("hex") === leafHash,
    "an entry with another leaf hash",
  );
}
