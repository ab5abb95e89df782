import type { CertificateState } from "./certificate-state";
import { makeShards, shardOf, type StateStore } from "./entity-type";

// A certificate takes 112 bytes in a block plus its id: a million of them take about 200 MB during a
// verification. Missing numbers are stored as NaN, an unknown invalidity date as -Infinity.
const recordBytes = 112;
const recordsPerBlock = 4_096;
const offsets = {
  plan: 0,
  fingerprint: 16,
  predecessor: 32,
  comment: 40,
  planSeq: 48,
  lastSeq: 56,
  revokedAt: 64,
  invalidityDate: 72,
  supersedeAt: 80,
  state: 88,
  reason: 89,
  seen: 90,
  issuedAt: 96,
  rotation: 104,
} as const;
const states = ["planned", "failed", "issued", "held", "revoked"] as const;

const bytesOrNull = (bytes: Buffer): Buffer | null =>
  bytes.every((byte) => byte === 0) ? null : bytes;
const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);

/** A compact store of certificate states. Only the first 128 bits of fingerprints are kept. */
export function makeCertificateStore(): StateStore<CertificateState> {
  const shards = makeShards<number>();
  const blocks: Buffer[] = [];
  const reasons = makeReasonTable();
  let size = 0;
  const findSlot = (id: string): number | undefined => shards[shardOf(id)]?.get(id);
  const locate = (slot: number): RecordLocation => [
    (blocks[Math.floor(slot / recordsPerBlock)] ??= Buffer.alloc(recordsPerBlock * recordBytes)),
    (slot % recordsPerBlock) * recordBytes,
  ];
  return {
    get: (id) => {
      const slot = findSlot(id);
      return slot === undefined ? null : readRecord(locate(slot), reasons);
    },
    set: (id, expected) => {
      const slot = findSlot(id) ?? size++;
      shards[shardOf(id)]?.set(id, slot);
      writeRecord(locate(slot), expected, reasons);
    },
    markSeen: (id) => {
      const slot = findSlot(id);
      if (slot === undefined) return;
      const [block, o] = locate(slot);
      block[o + offsets.seen] = 1;
    },
    *unseen() {
      for (const shard of shards)
        for (const [id, slot] of shard) {
          const [block, o] = locate(slot);
          if (block[o + offsets.seen] === 0) yield id;
        }
    },
    size: () => size,
  };
}

/** A block, and where in it the record begins. */
type RecordLocation = readonly [block: Buffer, start: number];
type ReasonTable = Readonly<{
  indexOf: (reason: string | null) => number;
  at: (index: number) => string | null;
}>;

/** Numbers the reasons of revocation, so that a record holds one byte. The first is null. */
function makeReasonTable(): ReasonTable {
  const reasons: (string | null)[] = [null];
  return {
    indexOf: (reason) => {
      const index = reasons.indexOf(reason);
      return index >= 0 || reasons.length > 200 ? Math.max(index, 0) : reasons.push(reason) - 1;
    },
    at: (index) => reasons[index] ?? null,
  };
}

function writeRecord(
  [block, start]: RecordLocation,
  expected: CertificateState,
  reasons: ReasonTable,
): void {
  const { fingerprint, predecessor, comment } = expected;
  const put = (bytes: Buffer | null, where: number, length: number): void => {
    block.fill(0, start + where, start + where + length);
    bytes?.copy(block, start + where, 0, length);
  };
  put(expected.plan, offsets.plan, 16);
  put(
    fingerprint === null ? null : Buffer.from(fingerprint.slice(0, 32), "hex"),
    offsets.fingerprint,
    16,
  );
  put(predecessor, offsets.predecessor, 8);
  put(comment, offsets.comment, 8);
  put(expected.rotation, offsets.rotation, 8);
  for (const name of ["planSeq", "lastSeq", "revokedAt", "supersedeAt", "issuedAt"] as const)
    block.writeDoubleLE(expected[name] ?? Number.NaN, start + offsets[name]);
  block.writeDoubleLE(
    expected.invalidityDate === undefined ? -Infinity : (expected.invalidityDate ?? Number.NaN),
    start + offsets.invalidityDate,
  );
  block[start + offsets.state] = states.indexOf(expected.state);
  block[start + offsets.reason] = reasons.indexOf(expected.reason);
}

function readRecord([block, start]: RecordLocation, reasons: ReasonTable): CertificateState {
  const bytes = (where: number, length: number): Buffer =>
    Buffer.from(block.subarray(start + where, start + where + length));
  const number = (where: number): number | null => orNull(block.readDoubleLE(start + where));
  const invalidityDate = number(offsets.invalidityDate);
  return {
    state: states[block[start + offsets.state] ?? 0] ?? "planned",
    plan: bytes(offsets.plan, 16),
    planSeq: number(offsets.planSeq),
    predecessor: bytesOrNull(bytes(offsets.predecessor, 8)),
    fingerprint: bytesOrNull(bytes(offsets.fingerprint, 16))?.toString("hex") ?? null,
    revokedAt: number(offsets.revokedAt),
    reason: reasons.at(block[start + offsets.reason] ?? 0),
    comment: bytesOrNull(bytes(offsets.comment, 8)),
    invalidityDate: invalidityDate === -Infinity ? undefined : invalidityDate,
    supersedeAt: number(offsets.supersedeAt),
    issuedAt: number(offsets.issuedAt),
    rotation: bytesOrNull(bytes(offsets.rotation, 8)),
    lastSeq: number(offsets.lastSeq),
  };
}
