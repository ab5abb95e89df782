/** What a row of the database says. Times are milliseconds since 1970. */
export type RowState = Readonly<{
  reasonIndex: number;
  revokedAt: number;
  invalidityDate: number | null;
}>;

/**
 * What the database said of each slot when its row was last read: between two readings of all rows,
 * only those that changed are read.
 */
export type DatabaseView = Readonly<{
  /** The row lists this certificate until that time, which is its expiration or revocation. */
  setListed: (slot: number, until: number) => void;
  setGone: (slot: number) => void;
  /** Whether the database lists the certificate on a CRL that leaves out what expired before. */
  lists: (slot: number, since: number) => boolean;
  /** Rows that say something else than the CRL, by slot. */
  differing: Map<number, RowState>;
}>;

/** Never in a row's dates, which begin in 1970. */
const gone = -1;

/** The view of a database of which no row was read. */
export function makeDatabaseView(slots: number): DatabaseView {
  let untils = new Float64Array(slots).fill(gone);
  const differing = new Map<number, RowState>();
  const grow = (slot: number): void => {
    if (slot < untils.length) return;
    const grown = new Float64Array(Math.max(slot + 1, Math.ceil(untils.length * 1.5))).fill(gone);
    grown.set(untils);
    untils = grown;
  };
  return {
    setListed: (slot, until) => {
      grow(slot);
      untils[slot] = until;
    },
    setGone: (slot) => {
      if (slot < untils.length) untils[slot] = gone;
      differing.delete(slot);
    },
    lists: (slot, since) => {
      const until = untils[slot] ?? gone;
      return until !== gone && until >= since;
    },
    differing,
  };
}
