import type { LogCrypto } from "./crypto";
import { ProofError } from "./proof-error";

function subtle(): SubtleCrypto {
  // A page that came over plain HTTP from another machine has no WebCrypto.
  const found = (globalThis.crypto as Crypto | undefined)?.subtle as SubtleCrypto | undefined;
  if (!found)
    throw new ProofError(
      "crypto.missing",
      "This browser offers no cryptography on this page. Open it over HTTPS, or on localhost.",
    );
  return found;
}

async function importKey(publicKey: Uint8Array): Promise<CryptoKey> {
  try {
    return await subtle().importKey("raw", Uint8Array.from(publicKey), "Ed25519", false, [
      "verify",
    ]);
  } catch (error) {
    if (error instanceof ProofError) throw error;
    throw new ProofError(
      "crypto.no-ed25519",
      "This browser cannot check Ed25519 signatures. Use a newer one, or verify with the command line.",
      { cause: error },
    );
  }
}

/** WebCrypto, as browsers and Node have it. Throws ProofError `crypto.missing`, `crypto.no-ed25519` where the browser cannot. */
export const webLogCrypto: LogCrypto = {
  sha256: async (bytes) => new Uint8Array(await subtle().digest("SHA-256", Uint8Array.from(bytes))),
  verifyEd25519: async (publicKey, message, signature) =>
    publicKey.length === 32 &&
    signature.length === 64 &&
    subtle().verify(
      "Ed25519",
      await importKey(publicKey),
      Uint8Array.from(signature),
      Uint8Array.from(message),
    ),
};
