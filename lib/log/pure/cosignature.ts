import { concat, utf8 } from "./bytes";
import { ProofError } from "./proof-error";

/** What a witness says: at `timestamp` (seconds since 1970) this was the largest consistent checkpoint of the log that it had seen. */
export type Cosignature = Readonly<{ timestamp: number; signature: Uint8Array }>;

const TIME_BYTES = 8,
  SIGNATURE_BYTES = 64;

/** The bytes that a witness signs (C2SP tlog-cosignature, Ed25519). `checkpointBody` is the note's text, with its last newline. */
export function cosignatureMessage(timestamp: number, checkpointBody: string): Uint8Array {
  return utf8(`cosignature/v1\ntime ${timestamp}\n${checkpointBody}`);
}

/** As it stands in a signature line, after the key id: 8 bytes of time, 64 of signature. */
export function formatCosignature({ timestamp, signature }: Cosignature): Uint8Array {
  if (!Number.isSafeInteger(timestamp) || timestamp < 0)
    throw new ProofError("cosignature.time", `${timestamp} is not a time in whole seconds.`);
  if (signature.length !== SIGNATURE_BYTES)
    throw new ProofError(
      "cosignature.length",
      `An Ed25519 signature has ${SIGNATURE_BYTES} bytes, not ${signature.length}.`,
    );
  const time = new Uint8Array(TIME_BYTES);
  new DataView(time.buffer).setBigUint64(0, BigInt(timestamp));
  return concat(time, signature);
}

/** Reads what formatCosignature writes. Throws ProofError `cosignature.length`, `cosignature.time`. */
export function parseCosignature(bytes: Uint8Array): Cosignature {
  if (bytes.length !== TIME_BYTES + SIGNATURE_BYTES)
    throw new ProofError(
      "cosignature.length",
      `A cosignature has ${TIME_BYTES + SIGNATURE_BYTES} bytes, not ${bytes.length}.`,
    );
  const timestamp = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0));
  if (!Number.isSafeInteger(timestamp))
    throw new ProofError(
      "cosignature.time",
      "The time of this cosignature is millions of years away.",
    );
  return { timestamp, signature: bytes.slice(TIME_BYTES) };
}
