import { sign } from "node:crypto";
import { errorMessage } from "@/lib/errors/error-message";
import { fromHex, toHex, utf8 } from "@/lib/log/pure/bytes";
import { formatCheckpoint, parseCheckpoint } from "@/lib/log/pure/checkpoint";
import { parseVkey, signatureLine } from "@/lib/log/pure/note";
import { openLogKey } from "@/lib/signers/log-key";
import type { DrillCopy } from "./drill-copy";

/** What an attacker can read from the copy. */
export type LogFacts = Readonly<{
  size: number;
  middle: number;
  origin: string;
  vkey: string;
  publicKey: Buffer;
  sealed: Buffer;
  rootHex: string;
  note: string;
}>;

/** A control that detected the attack, with its message. */
export type Detection = Readonly<{ by: string; finding: string; milliseconds: number }>;

export type Attack = Readonly<{
  name: string;
  /** What the attack does, in one sentence. */
  what: string;
  /**
   * The control that must detect it: a check of the verification, or "signer", "witness", "restore
   * guard" or "guards".
   */
  expected: string;
  /** The copy to attack. Default: the healthy one. */
  on?: "older";
  /** Runs the attack. Returns the SQL for the report, and the controls that detected it immediately. */
  run: (
    copy: DrillCopy,
    facts: LogFacts,
  ) => Promise<Readonly<{ sql: readonly string[]; caught?: readonly Detection[] }>>;
  /** False if the attack changes nothing, so that there is nothing to verify afterwards. */
  verify?: boolean;
}>;

export async function readFacts(copy: DrillCopy): Promise<LogFacts> {
  const [log] = await copy.asSuper(
    "select origin, l.vkey, l.public_key, k.sealed from tlog.log l join signer.log_key k using (origin) order by generation desc limit 1",
  );
  const [head] = await copy.asSuper("select size::int from tlog.head");
  const [newest] = await copy.asSuper(
    "select note from tlog.checkpoint where published_at is not null order by size desc limit 1",
  );
  const note = String(newest?.["note"]);
  const size = Number(head?.["size"]);
  return {
    size,
    middle: Math.floor(size / 2),
    origin: String(log?.["origin"]),
    vkey: String(log?.["vkey"]),
    publicKey: log?.["public_key"] as Buffer,
    sealed: log?.["sealed"] as Buffer,
    rootHex: toHex(parseCheckpoint(note).root),
    note,
  };
}

/** A checkpoint with a valid log signature, as an attacker with the stolen log key makes it. */
export function signWithStolenKey(
  { environment }: DrillCopy,
  { origin, vkey, publicKey, sealed }: LogFacts,
  size: number,
  rootHex: string,
): string {
  const text = formatCheckpoint({ origin, size, root: fromHex(rootHex) });
  const key = openLogKey(environment.kek, {
    origin,
    publicKey: new Uint8Array(publicKey),
    sealed: new Uint8Array(sealed),
  });
  return `${text}\n${signatureLine(origin, parseVkey(vkey).keyId, sign(null, utf8(text), key))}`;
}

/** Attempts something that must be refused. Returns the refusal, or nothing if it succeeded. */
export async function expectRefusal(
  by: string,
  attempt: () => Promise<unknown>,
): Promise<Detection[]> {
  const startedAt = performance.now();
  try {
    await attempt();
    return [];
  } catch (error) {
    return [{ by, finding: errorMessage(error), milliseconds: performance.now() - startedAt }];
  }
}

/** Submits a forged checkpoint to the witness as the publisher does. Returns its refusal, if any. */
export async function detectByWitness(
  { environment }: DrillCopy,
  note: string,
  oldSize: number,
): Promise<Detection[]> {
  const startedAt = performance.now();
  const { status, body } = await environment.askWitness(note, oldSize, []);
  if (status === 200) return [];
  return [
    {
      by: "witness",
      finding: `The witness answered ${status}: ${body.trim()}`,
      milliseconds: performance.now() - startedAt,
    },
  ];
}

export const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;
