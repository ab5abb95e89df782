import type { CertificateState } from "./certificate-state";
import { makeShards, shardOf, type Store } from "./noun";

// One certificate is 96 bytes in a block, besides its id: a million of them take about 200 MB while a verification runs. Numbers that are
// not there are NaN; an invalidity date that the log does not tell is -Infinity.
const SIZE = 96,
  BLOCK = 4_096;
const at = {
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
} as const;
const states = ["planned", "failed", "issued", "held", "revoked"] as const;

const bytesOrNull = (bytes: Buffer): Buffer | null =>
  bytes.every((byte) => byte === 0) ? null : bytes;
const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);

/** A store of certificates that keeps them small. Fingerprints are compared by their first half: 128 bits. */
export function makeCertificateStore(): Store<CertificateState> {
  const shards = makeShards<number>(),
    blocks: Buffer[] = [],
    reasons: (string | null)[] = [null];
  let size = 0;
  const find = (id: string): number | undefined => shards[shardOf(id)]?.get(id);
  const place = (slot: number): readonly [Buffer, number] => [
    (blocks[Math.floor(slot / BLOCK)] ??= Buffer.alloc(BLOCK * SIZE)),
    (slot % BLOCK) * SIZE,
  ];
  const reasonOf = (reason: string | null): number => {
    const known = reasons.indexOf(reason);
    return known >= 0 || reasons.length > 200 ? Math.max(known, 0) : reasons.push(reason) - 1;
  };
  const write = (slot: number, expected: CertificateState): void => {
    const [block, o] = place(slot),
      { fingerprint, predecessor, comment } = expected;
    const put = (bytes: Buffer | null, where: number, length: number): void => {
      block.fill(0, o + where, o + where + length);
      bytes?.copy(block, o + where, 0, length);
    };
    put(expected.plan, at.plan, 16);
    put(
      fingerprint === null ? null : Buffer.from(fingerprint.slice(0, 32), "hex"),
      at.fingerprint,
      16,
    );
    put(predecessor, at.predecessor, 8);
    put(comment, at.comment, 8);
    for (const name of ["planSeq", "lastSeq", "revokedAt", "supersedeAt"] as const)
      block.writeDoubleLE(expected[name] ?? Number.NaN, o + at[name]);
    block.writeDoubleLE(
      expected.invalidityDate === undefined ? -Infinity : (expected.invalidityDate ?? Number.NaN),
      o + at.invalidityDate,
    );
    block[o + at.state] = states.indexOf(expected.state);
    block[o + at.reason] = reasonOf(expected.reason);
  };
  const read = (slot: number): CertificateState => {
    const [block, o] = place(slot),
      bytes = (where: number, length: number): Buffer =>
        Buffer.from(block.subarray(o + where, o + where + length));
    const number = (where: number): number | null => orNull(block.readDoubleLE(o + where));
    const invalidityDate = number(at.invalidityDate);
    return {
      state: states[block[o + at.state] ?? 0] ?? "planned",
      plan: bytes(at.plan, 16),
      planSeq: number(at.planSeq),
      predecessor: bytesOrNull(bytes(at.predecessor, 8)),
      fingerprint: bytesOrNull(bytes(at.fingerprint, 16))?.toString("hex") ?? null,
      revokedAt: number(at.revokedAt),
      reason: reasons[block[o + at.reason] ?? 0] ?? null,
      comment: bytesOrNull(bytes(at.comment, 8)),
      invalidityDate: invalidityDate === -Infinity ? undefined : invalidityDate,
      supersedeAt: number(at.supersedeAt),
      lastSeq: number(at.lastSeq),
    };
  };
  return {
    get: (id) => {
      const slot = find(id);
      return slot === undefined ? null : read(slot);
    },
    set: (id, expected) => {
      const slot = find(id) ?? size++;
      shards[shardOf(id)]?.set(id, slot);
      write(slot, expected);
    },
    markSeen: (id) => {
      const slot = find(id);
      if (slot === undefined) return;
      const [block, o] = place(slot);
      block[o + at.seen] = 1;
    },
    *unseen() {
      for (const shard of shards)
        for (const [id, slot] of shard) {
          const [block, o] = place(slot);
          if (block[o + at.seen] === 0) yield id;
        }
    },
    size: () => size,
  };
}
