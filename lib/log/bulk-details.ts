/** How far a bulk action came: `untried` were neither changed nor refused. */
type BulkFigures = Readonly<{
  total: number;
  done: number;
  /** Left alone, because their state had changed since the dry run. */
  changed: number;
  refused: number;
  untried: number;
}>;

/** Of an action on many certificates; each certificate has its own entry with its ID as correlation. */
export type BulkDetails = Readonly<{
  /**
   * `excluded`: how many of the selection are left alone and why ("3 own, 2 already-revoked").
   * `sha256`: of the dry run that it repeats. `idsSha256`: of the certificates' IDs, separated by commas.
   */
  "bulk.started": Readonly<{
    act: string;
    reason?: string;
    comment: string;
    filter?: string;
    count: number;
    excluded: string;
    /** How many were used in the last 24 hours, and on how many services. */
    usedLastDay: number;
    services: number;
    sha256: string;
    idsSha256: string;
  }>;
  "bulk.finished": BulkFigures;
  "bulk.canceled": BulkFigures;
  /** The one who started it was disabled, or lost the role for it. */
  "bulk.stopped": BulkFigures & Readonly<{ cause: string }>;
  /** `filter`: as in the URL of the list. */
  "inventory.exported": Readonly<{ what: string; format: string; filter: string; count: number }>;
  "bulk.read": Readonly<{ method: string; path: string; status?: number }>;
}>;
