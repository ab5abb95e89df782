/** Builds the consistency proof (RFC 6962) from that size to the checkpoint in question. */
export type BuildProofFrom = (oldSize: number) => Promise<Uint8Array[]>;

export type CosignatureResult = Readonly<{
  /** Signature lines, each with its newline, of witnesses that the policy names. */
  lines: readonly Readonly<{ witness: string; line: string }>[];
  /** Whether the policy's quorum has cosigned, so that the checkpoint may be published. */
  quorumMet: boolean;
  /**
   * A witness holds a checkpoint of this log that is newer than ours or contradicts it. It is
   * signed by the log's own key; a mere claim of the witness does not count.
   */
  ahead?: Readonly<{ witness: string; note: string }> | null;
}>;

/**
 * Requests the witnesses' cosignatures of this note. Takes about a second at most, and never throws
 * because of what a witness does.
 */
export type CollectCosignatures = (
  note: string,
  size: number,
  buildProofFrom: BuildProofFrom,
) => Promise<CosignatureResult>;

/**
 * Reads the last checkpoint that each witness cosigned for a log; only those signed by the log's
 * own key. Takes about a second at most, and never throws because of what a witness does.
 */
export type ReadWitnessCheckpoints = (
  origin: string,
  vkey: string,
) => Promise<readonly Readonly<{ witness: string; note: string }>[]>;
