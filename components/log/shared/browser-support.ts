const noCryptoMessage =
  "This page wasn’t opened over HTTPS, so the browser doesn’t provide cryptography. Open Chancery over HTTPS, or verify the proof file on the command line.";
const noEd25519Message =
  "This browser can’t verify Ed25519 signatures. Use Chrome 137, Firefox 129, Safari 17 or later, or verify the proof file on the command line.";

/** Why this browser can't verify, or null if it can. */
export async function findUnsupportedReason(): Promise<string | null> {
  if (!("subtle" in globalThis.crypto) || !globalThis.isSecureContext) return noCryptoMessage;
  try {
    await globalThis.crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
    return null;
  } catch {
    return noEd25519Message;
  }
}
