/** The two primitives a verifier needs. Node answers synchronously, a browser with promises. */
export type LogCrypto = Readonly<{
  sha256: (bytes: Uint8Array) => Promise<Uint8Array> | Uint8Array;
  /** RFC 8032, with the raw 32-byte public key. An invalid key counts as an invalid signature. */
  verifyEd25519: (
    publicKey: Uint8Array,
    message: Uint8Array,
    signature: Uint8Array,
  ) => Promise<boolean> | boolean;
}>;
