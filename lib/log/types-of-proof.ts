/** What pages, the API and the command line show of the log's state and proofs. Hashes are hex here, as people compare them. */

/** How far a statement about the log can be trusted, by name: cosigned as the policy asks, signed by the log alone, or not under a checkpoint yet. */
export type TrustLevel = "witnessed" | "signed" | "unsealed";

export type CheckpointView = Readonly<{
  origin: string;
  size: number;
  rootHex: string;
  /** The signed note, byte for byte. */
  note: string;
  signedAt: string;
  publishedAt: string | null;
  /** Names of the witnesses whose cosignatures it carries. */
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

/** Numbers of a source that never arrived, e.g. "17-19,23". */
export type SourceView = Readonly<{
  id: string;
  boot: string;
  arrived: number;
  settled: number;
  missing: string;
  missingCount: number;
  lastSeenAt: string;
  ended: boolean;
}>;

/** Why the log stands still, and what to compare. */
export type HaltView = Readonly<{
  code: "log.smaller-than-remembered" | "log.differs-from-remembered";
  message: string;
  at: string;
  origin: string;
  rememberedSize: number;
  rememberedRootHex: string;
  foundSize: number;
  /** The remembered note, whole. */
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

/** One log in the chain of continuations, newest first. */
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
  /** What the newest checkpoint reaches by the policy that is set. */
  level: TrustLevel;
  witnesses: readonly WitnessView[];
  /** The policy in words: "2 of 3 witnesses", "no witness is asked". */
  quorum: string;
  anchors: Readonly<{
    count: number;
    last: AnchorView | null;
    configured: boolean;
    /** What keeps the time-stamping authority from being used at the moment. */ problem?:
      | string
      | null;
  }>;
  sources: readonly SourceView[];
  verification: VerificationView | null;
  halted: HaltView | null;
}>;

/** What somebody has to know of the log wherever they look. */
export type AlarmFacts = Pick<LogState, "size" | "halted" | "sources" | "verification"> &
  Readonly<{ checkpoint: Pick<CheckpointView, "size"> | null }>;

/** Everything that a browser needs to verify one entry by itself. Binary values are base64. */
export type EntryProof = Readonly<{
  seq: number;
  leafHashHex: string;
  /** Null while the entry is not under a published checkpoint. */
  inclusion: Readonly<{ size: number; path: readonly string[] }> | null;
  checkpoint: CheckpointView | null;
  /** The log's verifier key, and those of the policy's witnesses. */
  vkey: string | null;
  witnesses: readonly Readonly<{ name: string; vkey: string }>[];
  quorum: number;
  /** From the checkpoint that was seen before (`since`) to this one; null if none was asked for, or it is of another log. */
  consistency: Readonly<{ from: number; path: readonly string[] }> | null;
}>;

/** Long work that runs or ran: a verification, a drill. */
export type WorkView = Readonly<{
  id: string;
  kind: string;
  done: number;
  total: number | null;
  note: string;
  startedAt: string;
  endedAt: string | null;
}>;
