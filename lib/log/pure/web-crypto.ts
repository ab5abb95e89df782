import type { LogCrypto } from "./crypto";
import { ProofError, isProofError } from "./proof-error";

function getSubtleCrypto(): SubtleCrypto {
  // Browsers disable WebCrypto on pages served over plain HTTP, except from localhost.
  const subtleCrypto = (globalThis.crypto as Crypto | undefined)?.subtle as
    | SubtleCrypto
    | undefined;
  if (!subtleCrypto)
    throw new ProofError(
      "crypto.missing",
      "WebCrypto is not available on this page. Open the page over HTTPS or on localhost.",
    );
  return subtleCrypto;
}

async function importKey(publicKey: Uint8Array): Promise<CryptoKey> {
  try {
    return await getSubtleCrypto().importKey("raw", Uint8Array.from(publicKey), "Ed25519", false, [
      "verify",
    ]);
  } catch (error) {
    if (isProofError(error)) throw error;
    throw new ProofError(
      "crypto.no-ed25519",
      "This browser cannot verify Ed25519 signatures. Use a newer browser, or verify with the command line (chancery verify).",
      { cause: error },
    );
  }
}

/**
 * LogCrypto with WebCrypto, for browsers and Node. Throws ProofError `crypto.missing`,
 * `crypto.no-ed25519` if the browser lacks support.
 */
export const webLogCrypto: LogCrypto = {
  sha256: async (bytes) =>
    new Uint8Array(await getSubtleCrypto().digest("SHA-256", Uint8Array.from(bytes))),
  verifyEd25519: async (publicKey, message, signature) =>
    publicKey.length === 32 &&
    signature.length === 64 &&
    getSubtleCrypto().verify(
      "Ed25519",
      await importKey(publicKey),
      Uint8Array.from(signature),
      Uint8Array.from(message),
    ),
};
