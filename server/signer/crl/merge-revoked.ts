import { minuteMs } from "@/lib/format/time-units";
import type { Steps } from "@/lib/pki/steps";
import { revocationReasons } from "@/lib/pki/types";
import type { DatabaseView, RowState } from "./database-view";
import { noReason, readRowDate, rowBytes, rowOffsets, type CertificateFacts } from "./read-revoked";
import { makePackedRecords, type PackedRecords } from "./packed-records";
import {
  holdIndex,
  keyCompromiseIndex,
  packRecord,
  recordFields,
  type RevokedRecord,
} from "./revoked-record";
import { dropRecord, type RevokedStore } from "./revoked-store";

/** A hold that the database ended, by no longer holding the certificate or with a later date. */
type EndedHold = Readonly<{ slot: number; row: RowState | null }>;

/** What the database wanted to take off a CRL, or to change on it, and may not. */
export type Contradictions = Readonly<{
  missing: number;
  changed: number;
  held: number;
  /** Slots of what the database has to state again. */
  lost: readonly number[];
}>;

/**
 * Compares the rows of a CRL with what the signer remembers. The database may add certificates, and
 * raise a reason as far as a revocation allows; a hold ends by an entry of the log, and everything
 * else by time alone (RFC 5280 §3.3).
 */
export type Merge = Readonly<{
  /** Compares packed rows. Returns the offsets of those that are new. */
  compare: (rows: Buffer) => number[];
  /** Adds the rows at these offsets, with what their certificates say. */
  add: (
    rows: Buffer,
    offsets: readonly number[],
    facts: ReadonlyMap<string, CertificateFacts>,
  ) => void;
  /**
   * After all rows: drops what expired before `expiredBefore` and the database no longer lists.
   * Returns the holds that the database ended, to be confirmed by the log.
   */
  expire: (expiredBefore: number) => Steps<readonly RevokedRecord[]>;
  /** Ends the holds whose release the log has. One that is about to get there is no contradiction. */
  release: (
    isReleased: (record: RevokedRecord) => boolean,
    isPending: (record: RevokedRecord) => boolean,
  ) => void;
  /** The packed records that changed, in order, many of them in each part; none for the first CRL. */
  changes: () => readonly Buffer[];
  contradictions: () => Contradictions;
}>;

/** How far the clock of the process that revokes may run ahead of the signer's. */
const clockToleranceMs = 5 * minuteMs;

const reasonAt = (index: number): RevokedRecord["reason"] =>
  revocationReasons[index] ?? "unspecified";

function rowState(rows: Buffer, at: number): RowState {
  return {
    reasonIndex: rows[at + rowOffsets.reason] ?? 0,
    revokedAt: readRowDate(rows, at + rowOffsets.revokedAt) ?? 0,
    invalidityDate: readRowDate(rows, at + rowOffsets.invalidityDate),
  };
}

/** What the CRL states from now on, if the log has no release; null if that is what it stated. */
function raisedReason(record: RevokedRecord, row: RowState): RevokedRecord | null {
  const isHeld = record.reason === "certificateHold";
  const mayRaise = isHeld ? row.reasonIndex !== holdIndex : row.reasonIndex === keyCompromiseIndex;
  if (!mayRaise || record.reason === reasonAt(row.reasonIndex)) return null;
  const invalidityDate = row.invalidityDate ?? record.invalidityDate;
  return { ...record, reason: reasonAt(row.reasonIndex), invalidityDate };
}

type State = {
  readonly store: RevokedStore;
  readonly sinceSize: number;
  /** A revocation from later than this is dated by the signer's clock. */
  readonly latest: number;
  /** What expired before is not on the CRL, unless it was there already. */
  readonly since: number;
  readonly view: DatabaseView;
  /** New certificates that the CRL states something else of than their rows. */
  readonly newDiffering: [number, RowState][];
  readonly changes: PackedRecords | null;
  endedHolds: EndedHold[];
  missing: number;
  changed: number;
  held: number;
  readonly lost: number[];
};

function change(state: State, packed: Buffer): number {
  state.changes?.add(packed);
  return state.store.apply(packed, 0);
}

const isSameAs = ({ reason, revokedAt, invalidityDate }: RevokedRecord, row: RowState): boolean =>
  reason === reasonAt(row.reasonIndex) &&
  revokedAt === row.revokedAt &&
  invalidityDate === row.invalidityDate;

/** Compares a row with the record of the same serial, of which they differ in something. */
function compareRow(state: State, slot: number, row: RowState): void {
  const record = state.store.record(slot);
  if (record.reason === "certificateHold" && row.revokedAt > record.revokedAt)
    state.endedHolds.push({ slot, row });
  const raised = raisedReason(record, row);
  if (raised !== null) change(state, packRecord(raised));
  if (isSameAs(raised ?? record, row)) return;
  state.changed++;
  if ((raised ?? record).reason !== reasonAt(row.reasonIndex)) state.lost.push(slot);
}

function compare(state: State, rows: Buffer): number[] {
  const { store, view, since } = state;
  const added: number[] = [];
  for (let at = 0; at < rows.length; at += rowBytes) {
    const slot = store.find(rows, at + rowOffsets.serial, rows[at] ?? 0);
    const until = readRowDate(rows, at + rowOffsets.until) ?? 0;
    const isGone = rows[at + rowOffsets.reason] === noReason || until < since;
    if (slot < 0) {
      if (!isGone) added.push(at);
      continue;
    }
    if (isGone) {
      view.setGone(slot);
      continue;
    }
    view.setListed(slot, until);
    const [chunk, offset] = store.locate(slot);
    const isSame =
      recordFields.reasonIndex(chunk, offset) === rows[at + rowOffsets.reason] &&
      recordFields.revokedAt(chunk, offset) === readRowDate(rows, at + rowOffsets.revokedAt) &&
      recordFields.invalidityDate(chunk, offset) ===
        readRowDate(rows, at + rowOffsets.invalidityDate);
    if (isSame) view.differing.delete(slot);
    else view.differing.set(slot, rowState(rows, at));
  }
  return added;
}

/** Compares the rows that say something else than the CRL, from this reading or an earlier one. */
function compareDiffering(state: State): void {
  const { store, view, since } = state;
  for (const [slot, row] of view.differing) {
    if (!store.isListed(slot) || !view.lists(slot, since)) continue;
    if (isSameAs(store.record(slot), row)) view.differing.delete(slot);
    else compareRow(state, slot, row);
  }
  for (const [slot, row] of state.newDiffering) view.differing.set(slot, row);
}

function add(
  state: State,
  rows: Buffer,
  offsets: readonly number[],
  facts: ReadonlyMap<string, CertificateFacts>,
): void {
  for (const at of offsets) {
    const start = at + rowOffsets.serial;
    const serial = rows.subarray(start, start + (rows[at] ?? 0));
    const certificate = facts.get(serial.toString("hex"));
    const row = rowState(rows, at);
    const record: RevokedRecord = {
      serial,
      certificateId: certificate?.id ?? "",
      notAfter: certificate?.notAfter ?? 0,
      reason: reasonAt(row.reasonIndex),
      revokedAt: row.revokedAt > state.latest ? state.latest - clockToleranceMs : row.revokedAt,
      invalidityDate: row.invalidityDate,
      sinceSize: state.sinceSize,
    };
    // A certificate that left the CRL before returns to its slot.
    const slot = change(state, packRecord(record));
    state.view.setListed(slot, readRowDate(rows, at + rowOffsets.until) ?? 0);
    state.view.differing.delete(slot);
    if (!isSameAs(record, row)) state.newDiffering.push([slot, row]);
  }
}

/** A log that lost entries uses their numbers again: from its size on, a release counts. */
function followShorterLog(state: State, slot: number): void {
  const record = state.store.record(slot);
  if (record.sinceSize > state.sinceSize)
    change(state, packRecord({ ...record, sinceSize: state.sinceSize }));
}

/** Slots that are looked at between two pauses: about a millisecond. */
const slotsAtOnce = 32_768;

function* expire(state: State, expiredBefore: number): Steps<readonly RevokedRecord[]> {
  const { store, view, since } = state;
  compareDiffering(state);
  const slots = store.slots();
  for (let slot = 0; slot < slots; slot++) {
    if (slot % slotsAtOnce === slotsAtOnce - 1) yield;
    const [chunk, at] = store.locate(slot);
    if (recordFields.isDropped(chunk, at)) continue;
    const isHeld = recordFields.reasonIndex(chunk, at) === holdIndex;
    if (isHeld) followShorterLog(state, slot);
    if (view.lists(slot, since)) continue;
    if (recordFields.notAfter(chunk, at) < expiredBefore) change(state, dropRecord(store, slot));
    else if (isHeld) state.endedHolds.push({ slot, row: null });
    else {
      state.missing++;
      state.lost.push(slot);
    }
  }
  return state.endedHolds.map(({ slot }) => store.record(slot));
}

function release(
  state: State,
  isReleased: (record: RevokedRecord) => boolean,
  isPending: (record: RevokedRecord) => boolean,
): void {
  const { store, sinceSize } = state;
  for (const { slot, row } of state.endedHolds) {
    const record = store.record(slot);
    if (!isReleased(record)) {
      if (isPending(record)) state.changed -= row === null ? 0 : 1;
      else if (row === null) {
        state.held++;
        state.lost.push(slot);
      }
      continue;
    }
    if (row === null) {
      change(state, dropRecord(store, slot));
      continue;
    }
    // Released, and then held or revoked again: the later date is the right one.
    state.changed--;
    const { revokedAt, invalidityDate } = row;
    const reason = reasonAt(row.reasonIndex);
    change(state, packRecord({ ...record, reason, revokedAt, invalidityDate, sinceSize }));
  }
  state.endedHolds = [];
}

export type MergeInput = Readonly<{
  store: RevokedStore;
  /** Empty, or as the merge before left it if only the rows that changed since follow. */
  view: DatabaseView;
  /** The size of the log in the snapshot that the rows are read from. */
  sinceSize: number;
  /** Bounds the dates of revocations. */
  now: number;
  /** Rows of certificates that expired, and were revoked, before are passed over. */
  since: number;
  /** Nothing is remembered: what changes is all that the CRL lists. */
  isFirst: boolean;
}>;

export function startMerge({ now, isFirst, ...input }: MergeInput): Merge {
  const state: State = {
    ...input,
    latest: now + clockToleranceMs,
    newDiffering: [],
    changes: isFirst ? null : makePackedRecords(),
    endedHolds: [],
    missing: 0,
    changed: 0,
    held: 0,
    lost: [],
  };
  return {
    compare: (rows) => compare(state, rows),
    add: (rows, offsets, facts) => {
      add(state, rows, offsets, facts);
    },
    expire: (expiredBefore) => expire(state, expiredBefore),
    release: (isReleased, isPending) => {
      release(state, isReleased, isPending);
    },
    changes: () => state.changes?.parts() ?? [],
    contradictions: () => state,
  };
}
