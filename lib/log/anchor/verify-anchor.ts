import { errorMessage } from "@/lib/errors/error-message";
import { sha256 } from "@/lib/format/hash";
import { parseCheckpoint } from "@/lib/log/pure/checkpoint";
import { utf8 } from "@/lib/log/pure/bytes";
import { parseNote } from "@/lib/log/pure/note";
import { readTimestampInfo } from "@/lib/pki/timestamp-info";
import { verifyTimestamp } from "@/lib/pki/timestamp";
import { readSignedData } from "@/lib/pki/x509";

/** A stored time stamp. After tampering, its columns may hold anything. */
export type StoredAnchor = Readonly<{
  size: number;
  authority: string;
  note: string;
  token: Uint8Array;
  stampedAt: Date;
}>;

/**
 * What is wrong with a stored time stamp (RFC 3161): it must be over exactly the checkpoint that is
 * stored with it, of the stored time. With the roots of the authority, its signature and chain are
 * verified as of that time; without them, only what it states. None: nothing is wrong.
 */
export async function anchorProblems(
  { size, note, token, stampedAt }: StoredAnchor,
  roots: readonly Uint8Array[],
): Promise<string[]> {
  try {
    const { text } = parseNote(note);
    const stated = parseCheckpoint(note).size;
    if (stated !== size) return [`its checkpoint states ${stated} entries`];
    const digest = new Uint8Array(sha256(utf8(text)));
    const at =
      roots.length > 0
        ? (await verifyTimestamp(token, { digest, nonce: null, roots })).stampedAt
        : await statedTime(token, digest);
    return at.getTime() === stampedAt.getTime()
      ? []
      : [`it states ${at.toISOString()}, but ${stampedAt.toISOString()} is stored with it`];
  } catch (error) {
    return [errorMessage(error)];
  }
}

async function statedTime(token: Uint8Array, digest: Uint8Array): Promise<Date> {
  const info = readTimestampInfo((await readSignedData(token)).content);
  if (Buffer.compare(info.digest, digest) !== 0)
    throw new Error("it is over something else than the checkpoint that is stored with it");
  return info.at;
}
