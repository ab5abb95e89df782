import { sign } from "node:crypto";
import type { KeyObject } from "node:crypto";
import type { Database } from "@/lib/db/database";
import type { CheckpointToSign, SignerClient } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { nodeLogCrypto } from "@/lib/log/node-crypto";
import { fromBase64, fromHex, toHex, utf8 } from "@/lib/log/pure/bytes";
import { formatCheckpoint, parseCheckpoint } from "@/lib/log/pure/checkpoint";
import { formatVkey, readVkey, signatureLine } from "@/lib/log/pure/note";
import type { NoteKey } from "@/lib/log/pure/note";
import { verifyConsistency } from "@/lib/log/pure/proof";
import { verifyCheckpoint } from "@/lib/log/pure/verify-checkpoint";
import { makeLogKey, openLogKey } from "@/lib/signers/log-key";
import { memoryUnreadable } from "./remembered";
import type { Memory } from "./remembered";

type Parts = Readonly<{
  db: Database;
  kek: Uint8Array;
  random: { bytes: (n: number) => Uint8Array };
  memory: Memory;
  say?: (line: string) => void;
}>;
type LogKey = Readonly<{ signingKey: KeyObject; verifier: NoteKey }>;
type LogSigner = Pick<
  SignerClient,
  "createLogKey" | "remembered" | "rememberedAll" | "signCheckpoint"
>;

const refuse = (code: string, message: string): never => {
  throw new AppError(code, message, { kind: "conflict" });
};
const wordsOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** The keys of logs, opened once each; what fails is tried again at the next call. */
function makeLogKeys({ db, kek }: Parts): (origin: string) => Promise<LogKey> {
  const open = new Map<string, LogKey>();
  return async (origin) => {
    const known = open.get(origin);
    if (known) return known;
    const {
      rows: [row],
    } = await db.pool.query<{ vkey: string; publicKey: Buffer; sealed: Buffer }>(
      `select vkey, public_key as "publicKey", sealed from tlog.log where origin = $1`,
      [origin],
    );
    if (!row)
      return refuse(
        "signer.no-log",
        `The database has no log ${origin}, so nothing is signed for it.`,
      );
    const key = {
      signingKey: openLogKey(kek, { origin, ...row }),
      verifier: await readVkey(nodeLogCrypto, row.vkey),
    };
    open.set(origin, key);
    return key;
  };
}

/**
 * The log's key, and the witness that it can never get round: nothing is signed that is not proven to go on from the last checkpoint that was,
 * and that one lies in a file which no restored database brings back.
 */
export function makeLogSigner(parts: Parts): LogSigner {
  const { db, kek, random, memory, say } = parts,
    keyOf = makeLogKeys(parts);
  let last: Promise<unknown> = Promise.resolve();
  /** One at a time: reading the memory, deciding and writing it are one step. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work, work);
    last = next.catch(() => {});
    return next;
  };

  /** On a machine that never signed for this log, the newest checkpoint in the database is where its memory begins: better than none, and said aloud. */
  const adopt = async (origin: string, key: LogKey): Promise<string | null> => {
    const {
      rows: [row],
    } = await db.pool.query<{ note: string }>(
      "select c.note from tlog.checkpoint c join tlog.log l using (generation) where l.origin = $1 order by c.size desc limit 1",
      [origin],
    );
    if (!row) return null;
    const { checkpoint } = await verifyCheckpoint(nodeLogCrypto, row.note, key.verifier);
    say?.(
      `remembers nothing of the log ${origin} in ${memory.folder}; begins with its checkpoint of ${checkpoint.size} entries from the database`,
    );
    memory.write(origin, row.note);
    return row.note;
  };
  const recall = async (origin: string): Promise<string | null> => {
    const note = memory.read(origin),
      key = await keyOf(origin);
    if (note === null) return adopt(origin, key);
    try {
      await verifyCheckpoint(nodeLogCrypto, note, key.verifier);
    } catch (error) {
      throw memoryUnreadable(
        `${memory.folder}: what is remembered of ${origin}`,
        `was not signed by this log's key (${wordsOf(error)})`,
      );
    }
    return note;
  };

  return {
    createLogKey: async (origin) => {
      const { publicKey, sealed } = await makeLogKey(kek, random.bytes(12), origin);
      return { vkey: await formatVkey(nodeLogCrypto, origin, 1, publicKey), publicKey, sealed };
    },
    remembered: (origin) => inTurn(() => recall(origin)),
    rememberedAll: () => inTurn(async () => memory.all()),
    signCheckpoint: (input) =>
      inTurn(async () => {
        const key = await keyOf(input.origin),
          before = await recall(input.origin);
        if (before !== null && (await mustGoOn(before, input)) === "same") return before;
        if (before === null && (input.oldSize !== 0 || input.proof.length > 0))
          refuse(
            "signer.proof-from-elsewhere",
            `The signer remembers no checkpoint of ${input.origin}; the proof begins at ${input.oldSize}.`,
          );
        if (input.size < 1) refuse("signer.fork", "A log without entries gets no checkpoint.");
        const text = formatCheckpoint({
          origin: input.origin,
          size: input.size,
          root: fromHex(input.rootHex),
        });
        const note = `${text}\n${signatureLine(input.origin, key.verifier.keyId, sign(null, utf8(text), key.signingKey))}`;
        memory.write(input.origin, note);
        return note;
      }),
  };
}

/** "same" if it is the remembered one again. Throws `signer.fork` unless it is proven to go on from it. */
async function mustGoOn(
  before: string,
  { origin, size, rootHex, oldSize, proof }: CheckpointToSign,
): Promise<"same" | "further"> {
  const known = parseCheckpoint(before),
    knownHex = toHex(known.root);
  if (size === known.size && rootHex === knownHex) return "same";
  if (size === known.size)
    refuse(
      "signer.fork",
      `The signer has signed another log ${origin} of ${size} entries (root ${knownHex}): this one (root ${rootHex}) would be a fork.`,
    );
  if (size < known.size)
    refuse(
      "signer.fork",
      `The signer has signed ${origin} with ${known.size} entries: one of ${size} would be a fork.`,
    );
  if (oldSize !== known.size)
    refuse(
      "signer.proof-from-elsewhere",
      `The signer remembers ${origin} with ${known.size} entries; the proof begins at ${oldSize}.`,
    );
  try {
    await verifyConsistency(nodeLogCrypto, {
      oldSize,
      oldRoot: known.root,
      newSize: size,
      newRoot: fromHex(rootHex),
      path: proof.map(fromBase64),
    });
  } catch (error) {
    refuse(
      "signer.fork",
      `This checkpoint of ${size} entries does not go on from the one of ${known.size} that the signer has signed: ${wordsOf(error)}`,
    );
  }
  return "further";
}
