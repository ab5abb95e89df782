import type { Database as OpenDatabase, PoolClient as OpenClient } from "@/lib/db/database";
import type { WitnessPolicy } from "@/lib/log/pure/witness-policy";
import type { Recorder } from "@/lib/log/record/recorder";
import type { Clock, Random } from "./clock";
import type { FairQueue } from "./fair-queue";
import type { SignerClient } from "@/lib/signers/types";

/** The opened database; what reads it names this type and imports nothing of lib/db. */
export type Database = OpenDatabase;
/** One connection of the pool. */
export type PoolClient = OpenClient;

/** What one argon2id hash of a password costs: memory in KiB, and passes over it. */
export type PasswordCost = Readonly<{ memoryKib: number; passes: number }>;

/**
 * The key (32 bytes) that seals the secrets of destinations, and the hosts and networks that
 * deliveries may reach although they are closed otherwise.
 */
export type DeliverySettings = Readonly<{ key: Uint8Array; allow: readonly string[] }>;

/**
 * Everything that reaches outside. A use case asks for the narrowest part: `Pick<Deps, "db" |
 * "clock">`.
 */
export type Deps = Readonly<{
  db: Database;
  clock: Clock;
  random: Random;
  /** What entries are written with; a use case that writes none does not ask for it. */
  recorder: Recorder;
  passwordCost: PasswordCost;
  /** Every hash of a password waits here for its turn. */
  hashQueue: FairQueue;
  /** Every private key that is made for a caller waits here for its turn. */
  keyQueue: FairQueue;
  /** How long a session lasts without activity. */
  sessionIdleMs: number;
  signer: SignerClient;
  /** CHANCERY_PUBLIC_URL without a trailing slash. */
  publicUrl: string;
  /** Where console, API and ACME answer over HTTPS, without a trailing slash. */
  httpsUrl?: string;
  /** Settings for sending alerts; only the gateway and the console have them. */
  delivery?: DeliverySettings;
  /** How ACME challenges are validated; absent for the usual ports and the system's resolvers. */
  acme?: Readonly<{ resolvers: readonly string[]; httpPort: number; tlsPort: number }>;
  /** The witnesses that must cosign the log's checkpoints; without it no witness is asked. */
  witnessPolicy?: WitnessPolicy;
}>;
