import { entryTime, parseEntryText } from "@/lib/log/pure/search-tokens";
import type { Queryable } from "@/lib/log/sequence/leader";

/** The text of an entry's bytes; null for bytes that are not UTF-8. */
export type EntryText = Readonly<{ seq: number; text: string | null; sequencedAt: string }>;

/** invalid_text_representation and character_not_in_repertoire: bytes that are no text. */
const notTextErrors = new Set(["22021", "22P05"]);
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The entries `from` to `to - 1`, in order. One that is missing has no text: it must not stop the
 * others, and the verification of the log names it.
 */
export async function readTexts(client: Queryable, from: number, to: number): Promise<EntryText[]> {
  const rows = await readStored(client, from, to);
  if (rows.length === to - from) return rows;
  const bySeq = new Map(rows.map((row) => [row.seq, row]));
  return Array.from(
    { length: to - from },
    (_none, n) => bySeq.get(from + n) ?? { seq: from + n, text: null, sequencedAt: "" },
  );
}

/**
 * The driver receives bytes as hexadecimal, which costs three times what text does, so they are read
 * as bytes only where one is no text.
 */
async function readStored(client: Queryable, from: number, to: number): Promise<EntryText[]> {
  try {
    const { rows } = await client.query<[string, string, string]>({
      name: "index-texts",
      text: "select seq, convert_from(entry, 'UTF8'), sequenced_at::text from tlog.entry where seq >= $1 and seq < $2 order by seq",
      values: [from, to],
      rowMode: "array",
    });
    return rows.map(([seq, text, sequencedAt]) => ({ seq: Number(seq), text, sequencedAt }));
  } catch (error) {
    if (!notTextErrors.has((error as { code?: string }).code ?? "")) throw error;
    const { rows } = await client.query<[string, Buffer, string]>({
      name: "index-bytes",
      text: "select seq, entry, sequenced_at::text from tlog.entry where seq >= $1 and seq < $2 order by seq",
      values: [from, to],
      rowMode: "array",
    });
    return rows.map(([seq, bytes, sequencedAt]) => ({
      seq: Number(seq),
      text: textOf(bytes),
      sequencedAt,
    }));
  }
}

/** The text of an entry's bytes; null for bytes that are not UTF-8. */
function textOf(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

/** Read first, then more at a time: nearly every entry has a time. */
const lookBackAtOnce = 512;

/**
 * The time by which the entry before `seq` is found, in milliseconds since 1970: that of the last
 * one that has a time; 0 if none has.
 */
export async function findTimeBefore(client: Queryable, seq: number): Promise<number> {
  for (let to = seq, atOnce = 1; to > 0; to -= atOnce, atOnce = lookBackAtOnce)
    for (const { text } of (await readTexts(client, Math.max(0, to - atOnce), to)).toReversed()) {
      const entry = text === null ? null : parseEntryText(text);
      const time = entry === null ? null : entryTime(entry);
      if (time !== null) return time;
    }
  return 0;
}
