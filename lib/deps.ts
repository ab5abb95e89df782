import type { Database } from "@/lib/db/database";
import type { Policy } from "@/lib/log/pure/policy";
import type { Source } from "@/lib/log/source";
import type { AuthorityKeyAlgorithm } from "@/lib/pki/types";

export type Clock = Readonly<{ now: () => Date }>;
export type Random = Readonly<{ bytes: (n: number) => Uint8Array }>;

export type CheckpointToSign = Readonly<{
  origin: string;
  size: number;
  rootHex: string;
  oldSize: number;
  proof: readonly string[];
}>;

/** What the signer process offers. It decides by what the database holds, not by what the caller says. */
export type SignerClient = Readonly<{
  /** Makes a key and returns it sealed; it counts only once the row is committed with its entry. */
  createKey: (
    algorithm: AuthorityKeyAlgorithm,
  ) => Promise<{ spkiDer: Uint8Array; sealed: Uint8Array }>;
  /** Signs the committed, recorded plan of that certificate id. Returns the certificate's DER. Errors: signer.no-plan, signer.no-record, signer.plan-differs. */
  signCertificate: (certificateId: string) => Promise<Uint8Array>;
  /** Builds the CRL from the database's revoked certificates and signs it. The caller reads it back, verifies and stores it. */
  signCrl: (input: {
    authorityId: string;
    shard: string;
    number: bigint;
    thisUpdate: Date;
    nextUpdate: Date;
  }) => Promise<Uint8Array>;
  /** Makes the key of a log of that origin and returns it sealed; it counts only once the row in tlog.log is committed with its entry. */
  createLogKey: (
    origin: string,
  ) => Promise<{ vkey: string; publicKey: Uint8Array; sealed: Uint8Array }>;
  /**
   * Signs a checkpoint that is proven (base64, RFC 6962 consistency) to continue the one of `oldSize` that the signer remembers; 0 and no proof if
   * it remembers none. The same one again is the same note. Errors: signer.fork, signer.proof-from-elsewhere, signer.memory-unreadable, signer.no-log.
   */
  signCheckpoint: (input: CheckpointToSign) => Promise<string>;
  /** The last checkpoint of that origin that the signer signed, as it lies outside the database, whole; null if it never signed one. */
  remembered: (origin: string) => Promise<string | null>;
  /** All that it remembers, whatever the database knows of it; the one written last is last. */
  rememberedAll: () => Promise<string[]>;
  /** Confirms that the signer can open the key of this authority (used by readiness and doctor). */
  ping: () => Promise<void>;
}>;

/** The key (32 bytes) that seals the secrets of destinations, and the hosts and networks that deliveries may reach although they are closed otherwise. */
export type DeliverySettings = Readonly<{ key: Uint8Array; allow: readonly string[] }>;

/** Everything that reaches outside. A use case asks for the narrowest part: `Pick<Deps, "db" | "clock">`. */
export type Deps = Readonly<{
  db: Database;
  /** The same database for decisions that others wait for: what it has not answered in 250 ms counts as no. Only the door has it. */
  gate?: Database;
  clock: Clock;
  random: Random;
  signer: SignerClient;
  /** CHANCERY_PUBLIC_URL without a trailing slash. */
  publicUrl: string;
  /** Numbers the entries of this process, so that one that gets lost is missed. Without it they are not numbered. */
  source?: Source;
  /** What sends alerts elsewhere; only the door and the console have it. */
  delivery?: DeliverySettings;
  /** Who must cosign the log's checkpoints; without it nobody is asked. */
  witnessPolicy?: Policy;
}>;
