/**
 * The log's state and proofs as pages, the API and the command line show them. Hashes are in
 * hexadecimal, because people compare them.
 */

/**
 * How far a statement about the log can be trusted: cosigned as the witness policy requires, signed
 * by the log only, or not covered by a checkpoint yet.
 */
export type TrustLevel = "witnessed" | "signed" | "unsealed";

export type CheckpointView = Readonly<{
  origin: string;
  size: number;
  rootHex: string;
  /** The signed note, byte for byte. */
  note: string;
  signedAt: string;
  publishedAt: string | null;
  /** The names of the witnesses that cosigned it. */
  cosignedBy: readonly string[];
}>;

export type WitnessView = Readonly<{
  name: string;
  vkey: string;
  url: string | null;
  size: number | null;
  cosignedAt: string | null;
  error: string | null;
  errorAt: string | null;
}>;

/** A source of entries. `missing`: its entry numbers that are missing, "17-19,23". */
export type SourceView = Readonly<{
  id: string;
  boot: string;
  arrived: number;
  settled: number;
  missing: string;
  missingCount: number;
  /** Numbers below the highest that arrived, which didn't arrive and aren't reported as sent yet. */
  unsettled: string;
  unsettledCount: number;
  lastSeenAt: string;
  ended: boolean;
}>;

/** Why the log is halted, with what was remembered and found. */
export type HaltView = Readonly<{
  code: "log.smaller-than-remembered" | "log.differs-from-remembered" | "log.restored";
  message: string;
  at: string;
  origin: string;
  rememberedSize: number;
  rememberedRootHex: string;
  foundSize: number;
  /** The remembered checkpoint, a signed note. */
  rememberedNote: string;
}>;

export type VerificationView = Readonly<{
  seq: number;
  at: string;
  ok: boolean;
  level: TrustLevel;
  size: number;
  milliseconds: number;
  problems: readonly string[];
  checks: readonly Readonly<{ name: string; checked: number; problems: number }>[];
}>;

export type AnchorView = Readonly<{
  origin: string;
  size: number;
  authority: string;
  stampedAt: string;
}>;

/** A log in the chain of continuations. */
export type LogView = Readonly<{
  generation: number;
  origin: string;
  vkey: string;
  startSize: number;
  openedAt: string;
  previousNote: string | null;
}>;

export type LogState = Readonly<{
  /** Newest first; empty until the log has its key. */
  logs: readonly LogView[];
  size: number;
  indexedTo: number;
  treeSize: number;
  backlog: number;
  /** The newest published one. */
  checkpoint: CheckpointView | null;
  /** The level of the newest checkpoint under the configured witness policy. */
  level: TrustLevel;
  witnesses: readonly WitnessView[];
  /** The policy in words: "2 of 3 witnesses", "none configured". */
  quorum: string;
  anchors: Readonly<{
    count: number;
    last: AnchorView | null;
    configured: boolean;
    /** Why the timestamp authority cannot be used at the moment. */ problem?: string | null;
  }>;
  sources: readonly SourceView[];
  verification: VerificationView | null;
  halted: HaltView | null;
}>;

/** The facts from which alarms about the log are derived, on every page. */
export type LogAlarmFacts = Pick<LogState, "size" | "halted" | "sources" | "verification"> &
  Readonly<{ checkpoint: Pick<CheckpointView, "size"> | null }>;

/** Everything a browser needs to verify an entry on its own. Binary values are base64. */
export type EntryProof = Readonly<{
  seq: number;
  leafHashHex: string;
  /** Null while no published checkpoint covers the entry. */
  inclusion: Readonly<{ size: number; path: readonly string[] }> | null;
  checkpoint: CheckpointView | null;
  /** The log's verifier key. */
  vkey: string | null;
  witnesses: readonly Readonly<{ name: string; vkey: string }>[];
  quorum: number;
  /**
   * From the checkpoint that was seen before (`since`) to this one; null if none was given, or if it
   * belongs to another log.
   */
  consistency: Readonly<{ from: number; path: readonly string[] }> | null;
}>;

/** Long-running work: a verification, a tamper drill. */
export type WorkView = Readonly<{
  id: string;
  kind: string;
  done: number;
  total: number | null;
  note: string;
  startedAt: string;
  endedAt: string | null;
}>;
