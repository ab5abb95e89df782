import type { SignerHost } from "./host-commands";
import type { AuthorityKeyAlgorithm, RevokedEntry } from "@/lib/pki/types";

export type CheckpointToSign = Readonly<{
  origin: string;
  size: number;
  rootHex: string;
  oldSize: number;
  proof: readonly string[];
}>;

export type SignedCrl = Readonly<{
  der: Uint8Array;
  /** What it states that the database no longer does; at most 100,000 of them at a time. */
  remembered: readonly RevokedEntry[];
  /**
   * In the signer's own process: once this was called, a later CRL may be written over these bytes.
   */
  release?: () => void;
}>;

/**
 * What the signer process offers. It decides by what the database holds, not by what the caller
 * says.
 */
type SigningClient = Readonly<{
  /**
   * Makes a key and commits its halves with the entry `key.created`; the sealed half never leaves
   * the signer. Asked again, it makes another key. Errors: record.unavailable, log.halted.
   */
  createKey: (algorithm: AuthorityKeyAlgorithm) => Promise<{ id: string; spkiDer: Uint8Array }>;
  /**
   * Signs the committed, recorded plan of that certificate id. Returns the certificate's DER.
   * Errors: signer.no-plan, signer.no-record, signer.plan-differs.
   */
  signCertificate: (certificateId: string) => Promise<Uint8Array>;
  /**
   * Signs the next CRL of an authority. Times, number and which certificates stay on it are the
   * signer's decision; the database only adds to them. The caller reads it back, verifies and stores
   * it. `shard` is empty: certificates name only the whole CRL.
   */
  signCrl: (input: { authorityId: string; shard: string }) => Promise<SignedCrl>;
  /** The number of the last CRL that the signer remembers of an authority's key; null for none. */
  lastCrlNumber: (authorityId: string) => Promise<bigint | null>;
  /**
   * Makes the key of a log of that origin and commits it with the entry `key.created`; asked again,
   * it returns the same key. It counts only once the log is opened with its entry.
   */
  createLogKey: (origin: string) => Promise<{ vkey: string; publicKey: Uint8Array }>;
  /**
   * Signs a checkpoint that is proven (base64, RFC 6962 consistency) to continue the one of
   * `oldSize` that the signer remembers; 0 and no proof if it remembers none. The same one again is
   * the same note. Errors: signer.fork, signer.proof-from-elsewhere, signer.memory-unreadable,
   * signer.no-log.
   */
  signCheckpoint: (input: CheckpointToSign) => Promise<string>;
  /**
   * The last checkpoint that the signer signed for that origin, as stored outside the database; null
   * if it never signed one.
   */
  remembered: (origin: string) => Promise<string | null>;
  /** All stored checkpoints, independent of the database; the most recently written is last. */
  rememberedAll: () => Promise<string[]>;
  /** Confirms that the signer can open the key of this authority (used by readiness and doctor). */
  ping: () => Promise<void>;
}>;

/** The same, with what the setup and the host's operator tell it. */
export type SignerClient = SigningClient & SignerHost;
