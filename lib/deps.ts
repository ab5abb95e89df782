import type { Database } from "@/lib/db/database";
import type { AuthorityKeyAlgorithm } from "@/lib/pki/types";

export type Clock = Readonly<{ now: () => Date }>;
export type Random = Readonly<{ bytes: (n: number) => Uint8Array }>;

/** What the signer process offers. It decides by what the database holds, not by what the caller says. */
export type SignerClient = Readonly<{
  /** Makes a key and returns it sealed; it counts only once the row is committed with its entry. */
  createKey: (algorithm: AuthorityKeyAlgorithm) => Promise<{ spkiDer: Uint8Array; sealed: Uint8Array }>;
  /** Signs the committed, recorded plan of that certificate id. Returns the certificate's DER. Errors: signer.no-plan, signer.no-record, signer.plan-differs. */
  signCertificate: (certificateId: string) => Promise<Uint8Array>;
  /** Builds the CRL from the database's revoked certificates and signs it. The caller reads it back, verifies and stores it. */
  signCrl: (input: { authorityId: string; shard: string; number: bigint; thisUpdate: Date; nextUpdate: Date }) => Promise<Uint8Array>;
  /** Confirms that the signer can open the key of this authority (used by readiness and doctor). */
  ping: () => Promise<void>;
}>;

/** Everything that reaches outside. A use case asks for the narrowest part: `Pick<Deps, "db" | "clock">`. */
export type Deps = Readonly<{
  db: Database;
  clock: Clock;
  random: Random;
  signer: SignerClient;
  /** CHANCERY_PUBLIC_URL without a trailing slash. */
  publicUrl: string;
}>;
