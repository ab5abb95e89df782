import type { checkName } from "@/lib/keys/check-name";
import type { chainDer, chainPem, keyDer, keyPem, wholePem } from "@/lib/keys/key-files";
import type { makeCsr } from "@/lib/keys/make-csr";
import type { exportPkcs8, makeKey } from "@/lib/keys/make-key";
import type { makeJks } from "@/lib/keys/make-jks";
import type { makePkcs12 } from "@/lib/keys/make-pkcs12";

/** What makes keys, requests and files in the browser, loaded when someone asks for it. */
export type KeyTools = Readonly<{
  checkName: typeof checkName;
  makeCsr: typeof makeCsr;
  makeKey: typeof makeKey;
  exportPkcs8: typeof exportPkcs8;
  makePkcs12: typeof makePkcs12;
  makeJks: typeof makeJks;
  files: Readonly<{
    keyDer: typeof keyDer;
    keyPem: typeof keyPem;
    chainPem: typeof chainPem;
    wholePem: typeof wholePem;
    chainDer: typeof chainDer;
  }>;
  hasEd25519: boolean;
}>;

const notSecure =
  "This page wasn’t opened over HTTPS, so the browser makes no keys. Open Chancery over HTTPS, or paste a CSR.";

/** Why no key can be made on this page; null if one can. */
export const findNoKeysReason = (): string | null =>
  "subtle" in globalThis.crypto && globalThis.isSecureContext ? null : notSecure;

/**
 * Loads everything at once: nothing may have to be loaded after the certificate was issued, when
 * the key has to be saved.
 */
export async function loadKeyTools(): Promise<KeyTools> {
  const [name, csr, key, pkcs12, jks, files] = await Promise.all([
    import("@/lib/keys/check-name"),
    import("@/lib/keys/make-csr"),
    import("@/lib/keys/make-key"),
    import("@/lib/keys/make-pkcs12"),
    import("@/lib/keys/make-jks"),
    import("@/lib/keys/key-files"),
  ]);
  return {
    checkName: name.checkName,
    makeCsr: csr.makeCsr,
    makeKey: key.makeKey,
    exportPkcs8: key.exportPkcs8,
    makePkcs12: pkcs12.makePkcs12,
    makeJks: jks.makeJks,
    files: {
      keyDer: files.keyDer,
      keyPem: files.keyPem,
      chainPem: files.chainPem,
      wholePem: files.wholePem,
      chainDer: files.chainDer,
    },
    hasEd25519: await key.hasEd25519(globalThis.crypto.subtle),
  };
}
