/** The two primitives that every verifier needs. Node answers at once, a browser with promises. */
export type LogCrypto = Readonly<{
  sha256: (bytes: Uint8Array) => Promise<Uint8Array> | Uint8Array;
  /** RFC 8032. The key is its 32 bytes; a key that is none counts as a signature that does not verify. */
  verifyEd25519: (
    publicKey: Uint8Array,
    message: Uint8Array,
    signature: Uint8Array,
  ) => Promise<boolean> | boolean;
}>;
