import { concat, utf8 } from "./bytes";
import { ProofError } from "./proof-error";

/**
 * A witness's statement that at `timestamp` (seconds since 1970) this was the largest consistent
 * checkpoint of the log that it had seen.
 */
export type Cosignature = Readonly<{ timestamp: number; signature: Uint8Array }>;

const timestampBytes = 8;
const signatureBytes = 64;

/**
 * The message that a witness signs (C2SP tlog-cosignature, Ed25519). `checkpointBody` is the note's
 * text, including its final newline.
 */
export function cosignatureMessage(timestamp: number, checkpointBody: string): Uint8Array {
  return utf8(`cosignature/v1\ntime ${timestamp}\n${checkpointBody}`);
}

/** The bytes after the key id in a signature line: 8 of timestamp, 64 of signature. */
export function formatCosignature({ timestamp, signature }: Cosignature): Uint8Array {
  if (!Number.isSafeInteger(timestamp) || timestamp < 0)
    throw new ProofError("cosignature.time", `${timestamp} is not a timestamp in whole seconds.`);
  if (signature.length !== signatureBytes)
    throw new ProofError(
      "cosignature.length",
      `An Ed25519 signature has ${signatureBytes} bytes, not ${signature.length}.`,
    );
  const time = new Uint8Array(timestampBytes);
  new DataView(time.buffer).setBigUint64(0, BigInt(timestamp));
  return concat(time, signature);
}

/** Parses what formatCosignature writes. Throws ProofError `cosignature.length`, `cosignature.time`. */
export function parseCosignature(bytes: Uint8Array): Cosignature {
  if (bytes.length !== timestampBytes + signatureBytes)
    throw new ProofError(
      "cosignature.length",
      `A cosignature has ${timestampBytes + signatureBytes} bytes, not ${bytes.length}.`,
    );
  const timestamp = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0));
  if (!Number.isSafeInteger(timestamp))
    throw new ProofError("cosignature.time", "The timestamp of this cosignature is out of range.");
  return { timestamp, signature: bytes.slice(timestampBytes) };
}
