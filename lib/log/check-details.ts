/** The details of `verification.finished`. */
export type VerificationFinished = Readonly<{
  requestEntryId: string;
  size: number;
  checkpointSize: number | null;
  level: string;
  milliseconds: number;
  checks: readonly Readonly<{ name: string; checked: number; problems: number }>[];
  /** Descriptions of the first few problems. */
  problems: readonly string[];
}>;

/** The details of `drill.finished`. */
export type DrillFinished = Readonly<{
  requestEntryId: string;
  entries: number;
  milliseconds: number;
  attacks: readonly Readonly<{
    name: string;
    what: string;
    sql: readonly string[];
    /** The control that must catch the attack, and all controls that did. */
    expected: string;
    caughtBy: readonly string[];
    milliseconds: number;
    finding: string;
  }>[];
}>;
