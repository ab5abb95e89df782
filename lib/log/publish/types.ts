import type { Deps } from "@/lib/deps";

/** A log of the chain: the first, or one that continues it. */
export type OpenLog = Readonly<{
  generation: number;
  origin: string;
  vkey: string;
  startSize: number;
  previousNote: string | null;
  leftBehind: readonly string[];
}>;

/** The consistency proof (RFC 6962) from that size to the checkpoint at hand. */
export type ProveFrom = (oldSize: number) => Promise<Uint8Array[]>;

export type CosignOutcome = Readonly<{
  /** Signature lines, each with its newline, of witnesses that the policy names. */
  lines: readonly Readonly<{ witness: string; line: string }>[];
  /** Whether the policy's quorum has cosigned, so that the checkpoint may be published. */
  met: boolean;
  /** A witness that knows more of this log than we do: its checkpoint, signed by the log's own key. What it merely claims does not count. */
  ahead?: Readonly<{ witness: string; note: string }> | null;
}>;

/** Asks the witnesses for their cosignatures of this note. Never takes much longer than a second and never throws for what a witness does. */
export type Cosign = (note: string, size: number, proveFrom: ProveFrom) => Promise<CosignOutcome>;

/** The last checkpoints of a log that witnesses cosigned, each signed by the log's own key. Never takes much longer than a second and never throws for what a witness does. */
export type AskWitnesses = (
  origin: string,
  vkey: string,
) => Promise<readonly Readonly<{ witness: string; note: string }>[]>;

/** Why the log stands still, as it lies in tlog.head.halted (see HaltView). */
export type Halt = Readonly<{
  code: "log.smaller-than-remembered" | "log.differs-from-remembered";
  message: string;
  at: string;
  origin: string;
  rememberedSize: number;
  rememberedRootHex: string;
  foundSize: number;
  rememberedNote: string;
  /** All origins that are remembered though the database has no row of theirs. */
  lostOrigins: readonly string[];
}>;

export type PublishDeps = Pick<Deps, "db" | "clock" | "random" | "source" | "signer" | "publicUrl">;
