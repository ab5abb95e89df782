/** A signed checkpoint that witnesses are to cosign. */
export type ToCosign = Readonly<{
  generation: number; origin: string; size: number;
  /** The signed note, as the log's key signed it. */
  note: string;
  /** The consistency proof from an older size to this one; empty from 0 and from `size` itself. */
  proveFrom: (oldSize: number) => Promise<readonly Uint8Array[]>;
}>;

export type Cosigned = Readonly<{
  /** Signature lines with their newlines, verified, to be put below the note's own. */
  lines: readonly string[];
  /** Whether the policy's quorum is met; true where nobody is needed. */
  met: boolean;
  /** A witness that cosigned more of this log than there is: entries were lost. `note` is what it remembers, verified, where it could be had. */
  ahead: Readonly<{ witness: string; size: number; note: string | null }> | null;
}>;

/** Asks the policy's witnesses. Never throws for what a witness does; throws where the database cannot be reached. */
export type Cosign = (checkpoint: ToCosign) => Promise<Cosigned>;
