import { describe, expect, test } from "vitest";
import {
  readStoredCheckpoint,
  storeCheckpoint,
  type CheckpointStorage,
  type StoredCheckpoint,
} from "./checkpoint-storage";

function keeperWith(texts: Record<string, string> = {}): CheckpointStorage {
  const kept = new Map(Object.entries(texts));
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => {
      kept.set(key, value);
    },
    removeItem: (key) => {
      kept.delete(key);
    },
  };
}
const seen: StoredCheckpoint = {
  v: 1,
  origin: "log.example.com/log/1",
  vkey: "k",
  size: 7,
  rootHex: "ab".repeat(32),
  note: "n",
  seenAt: "2026-11-23T00:00:00Z",
};

describe("the checkpoint stored in the browser", () => {
  test("a stored checkpoint is read back unchanged", () => {
    const keeper = keeperWith();
    storeCheckpoint(keeper, seen);
    expect(readStoredCheckpoint(keeper, seen.origin)).toEqual(seen);
  });
  test("checkpoints are stored per log", () => {
    const keeper = keeperWith();
    storeCheckpoint(keeper, seen);
    expect(readStoredCheckpoint(keeper, "log.example.com/log/2")).toBeNull();
  });
  test("an invalid stored value counts as none", () => {
    for (const text of [
      "",
      "null",
      "[]",
      "{",
      JSON.stringify({ ...seen, origin: "other" }),
      JSON.stringify({ ...seen, size: "7" }),
      JSON.stringify({ ...seen, rootHex: "ab" }),
    ]) {
      expect(
        readStoredCheckpoint(keeperWith({ [`chancery-log ${seen.origin}`]: text }), seen.origin),
      ).toBeNull();
    }
  });
});
