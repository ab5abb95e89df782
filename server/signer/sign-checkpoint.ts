import type { Kek } from "@/lib/signers/seal";
import { type KeyObject, sign } from "node:crypto";
import type { Database } from "@/lib/db/database";
import { AppError } from "@/lib/errors/app-error";
import type { ErrorCode } from "@/lib/errors/codes";
import { errorMessage } from "@/lib/errors/error-message";
import { fromBase64, fromHex, toHex, utf8 } from "@/lib/log/pure/bytes";
import { formatCheckpoint, parseCheckpoint } from "@/lib/log/pure/checkpoint";
import { type NoteKey, readVkey, signatureLine } from "@/lib/log/pure/note";
import { verifyCheckpoint } from "@/lib/log/pure/verify-checkpoint";
import { verifyConsistency } from "@/lib/log/pure/verify-proof";
import { nodeLogCrypto } from "@/lib/log/tree/node-crypto";
import { openLogKey } from "@/lib/signers/log-key";
import type { CheckpointToSign, SignerClient } from "@/lib/signers/types";
import { type CheckpointStore, unreadableCheckpoint } from "./checkpoint-store";

type LogSignerOptions = Readonly<{
  db: Database;
  kek: Kek;
  store: CheckpointStore;
  /** Called with messages for the operator that are not errors. */
  onNotice?: (line: string) => void;
}>;
type LogKey = Readonly<{ signingKey: KeyObject; verifier: NoteKey }>;
type FindLogKey = (origin: string) => Promise<LogKey>;
type LogSigner = Pick<SignerClient, "remembered" | "rememberedAll" | "signCheckpoint">;

const refuse = (code: ErrorCode, message: string): never => {
  throw new AppError(code, message);
};

/** Opens the key of each log once. A key that fails to open is retried at the next call. */
function makeLogKeys({ db, kek }: LogSignerOptions): FindLogKey {
  const open = new Map<string, LogKey>();
  return async (origin) => {
    const cached = open.get(origin);
    if (cached) return cached;
    const {
      rows: [row],
    } = await db.pool.query<{ vkey: string; publicKey: Buffer; sealed: Buffer }>(
      `select k.vkey, k.public_key as "publicKey", k.sealed from signer.log_key k join tlog.log l using (origin) where origin = $1`,
      [origin],
    );
    if (!row)
      return refuse(
        "signer.no-log",
        `The database has no log ${origin}, so nothing was signed for it.`,
      );
    const key = {
      signingKey: openLogKey(kek, { origin, ...row }),
      verifier: await readVkey(nodeLogCrypto, row.vkey),
    };
    open.set(origin, key);
    return key;
  };
}

/** Runs tasks one after another, whatever becomes of the ones before. */
function makeSerializer(): <T>(task: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(task: () => Promise<T>): Promise<T> => {
    const next = last.then(task, task);
    last = next.catch(() => {});
    return next;
  };
}

/**
 * On a machine that has never signed for this log, the newest checkpoint in the database is taken
 * as the last one: better than none, and reported to the operator.
 */
async function adoptFromDatabase(
  { db, store, onNotice }: LogSignerOptions,
  origin: string,
  key: LogKey,
): Promise<string | null> {
  const {
    rows: [row],
  } = await db.pool.query<{ note: string }>(
    "select c.note from tlog.checkpoint c join tlog.log l using (generation) where l.origin = $1 order by c.size desc limit 1",
    [origin],
  );
  if (!row) return null;
  const { checkpoint } = await verifyCheckpoint(nodeLogCrypto, row.note, key.verifier);
  onNotice?.(
    `no signed checkpoint of ${origin} in ${store.folder}; continuing from the checkpoint of ${checkpoint.size} entries in the database`,
  );
  store.write(origin, row.note);
  return row.note;
}

/** The checkpoint of that origin that was signed last; null if there is none. */
async function readLast(
  options: LogSignerOptions,
  findKey: FindLogKey,
  origin: string,
): Promise<string | null> {
  const { store } = options;
  const note = store.read(origin);
  const key = await findKey(origin);
  if (note === null) return adoptFromDatabase(options, origin, key);
  try {
    await verifyCheckpoint(nodeLogCrypto, note, key.verifier);
  } catch (error) {
    throw unreadableCheckpoint(
      `${store.folder}: the last checkpoint of ${origin}`,
      `was not signed by this log's key (${errorMessage(error)})`,
    );
  }
  return note;
}

async function signNext(
  options: LogSignerOptions,
  findKey: FindLogKey,
  input: CheckpointToSign,
): Promise<string> {
  const { origin, size, rootHex } = input;
  const key = await findKey(origin);
  const last = await readLast(options, findKey, origin);
  if (last !== null && (await assertExtends(last, input)) === "same") return last;
  if (last === null && (input.oldSize !== 0 || input.proof.length > 0))
    refuse(
      "signer.proof-from-elsewhere",
      `The signer has not signed a checkpoint of ${origin} yet, but the proof starts at ${input.oldSize}.`,
    );
  if (size < 1) refuse("signer.fork", "An empty log has no checkpoint.");
  const text = formatCheckpoint({ origin, size, root: fromHex(rootHex) });
  const note = `${text}\n${signatureLine(origin, key.verifier.keyId, sign(null, utf8(text), key.signingKey))}`;
  options.store.write(origin, note);
  return note;
}

/**
 * Holds the log's key and acts as its first witness: it signs only checkpoints that are proven to
 * extend the last one that it signed, which is kept in a file that restoring the database does not
 * restore (decision 11).
 */
export function makeLogSigner(options: LogSignerOptions): LogSigner {
  const { store } = options;
  const findKey = makeLogKeys(options);
  // Reading the last checkpoint, deciding and writing the next one must not interleave.
  const serialize = makeSerializer();
  return {
    remembered: (origin) => serialize(() => readLast(options, findKey, origin)),
    rememberedAll: () => serialize(async () => store.all()),
    signCheckpoint: (input) => serialize(() => signNext(options, findKey, input)),
  };
}

/**
 * Throws `signer.fork` unless the checkpoint is proven to extend the last one; "same" if it is the
 * last one again.
 */
async function assertExtends(
  last: string,
  { origin, size, rootHex, oldSize, proof }: CheckpointToSign,
): Promise<"same" | "further"> {
  const signed = parseCheckpoint(last);
  const signedHex = toHex(signed.root);
  if (size === signed.size && rootHex === signedHex) return "same";
  if (size === signed.size)
    refuse(
      "signer.fork",
      `The signer has signed ${origin} with ${size} entries and root ${signedHex}. Signing root ${rootHex} would be a fork.`,
    );
  if (size < signed.size)
    refuse(
      "signer.fork",
      `The signer has signed ${origin} with ${signed.size} entries. Signing ${size} would be a fork.`,
    );
  if (oldSize !== signed.size)
    refuse(
      "signer.proof-from-elsewhere",
      `The signer last signed ${origin} with ${signed.size} entries, but the proof starts at ${oldSize}.`,
    );
  try {
    await verifyConsistency(nodeLogCrypto, {
      oldSize,
      oldRoot: signed.root,
      newSize: size,
      newRoot: fromHex(rootHex),
      path: proof.map(fromBase64),
    });
  } catch (error) {
    refuse(
      "signer.fork",
      `This checkpoint of ${size} entries does not extend the one of ${signed.size} that the signer has signed: ${errorMessage(error)}`,
    );
  }
  return "further";
}
