const noCrypto =
  "This page was not opened over HTTPS, so the browser keeps its cryptography from it. Open Chancery over HTTPS, or verify the proof file with the command line.";
const noEd25519 =
  "This browser cannot verify Ed25519 signatures. A newer one can (Chrome 137, Firefox 129, Safari 17), and so can the command line with the proof file.";

/** Why this browser cannot verify, or null if it can. */
export async function whyUnable(): Promise<string | null> {
  if (!("subtle" in globalThis.crypto) || !globalThis.isSecureContext) return noCrypto;
  try {
    await globalThis.crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
    return null;
  } catch {
    return noEd25519;
  }
}
