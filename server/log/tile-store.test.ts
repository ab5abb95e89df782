import { beforeAll, expect, test } from "vitest";
import type { PublishedLog } from "@/lib/log/publish/published-log-cache";
import { makeKey, makeLog, makeRecord, type TestLog } from "@/testing/log/verify/make-export";
import { makeTileStore } from "./tile-store";

const size = 300;
let log: TestLog;
let published: PublishedLog;
beforeAll(async () => {
  const key = await makeKey("log.example.com/log/0000abcd");
  log = await makeLog(
    Array.from({ length: size }, (_none, at) => makeRecord(at)),
    { key },
  );
  published = {
    generation: 1,
    id: "0000abcd",
    origin: key.name,
    vkey: key.vkey,
    note: log.note,
    size,
  };
});

/** A database that holds the tree, and in which `change` edits tiles while it is set. */
function makeDatabase() {
  const state: { change: ((level: number, hashes: Buffer) => void) | null } = { change: null };
  const query = async ({ values }: { values: [number, number] }) => {
    const [level, index] = values;
    const hashes = Buffer.from(await log.read(level, index, size));
    state.change?.(level, hashes);
    return { rows: [{ hashes, size: String(size) }] };
  };
  return { state, store: makeTileStore({ pool: { query } } as never) };
}
const flip = (hashes: Buffer): void => {
  hashes[0] = 255 - hashes[0]!;
};

test("a tile that was changed for a moment is refused, and never kept", async () => {
  const { state, store } = makeDatabase();
  state.change = (level, hashes) => (level === 0 ? flip(hashes) : undefined);
  await expect(store.read(published, 0, 0, 256)).rejects.toMatchObject({
    code: "log.tile-missing",
  });
  state.change = null;
  const tile = await store.read(published, 0, 0, 256);
  expect(Buffer.from(tile)).toEqual(Buffer.from(await log.read(0, 0, size)));
  state.change = (_level, hashes) => flip(hashes);
  expect(await store.read(published, 0, 0, 256)).toEqual(tile);
});

test("a tile that was changed together with the tile above it is refused: the checkpoint tells", async () => {
  const { state, store } = makeDatabase();
  const rewritten = await makeLog(
    Array.from({ length: size }, (_none, at) => makeRecord(at, { outcome: "denied" })),
    { key: log.key },
  );
  const tiles = await Promise.all([rewritten.read(0, 0, size), rewritten.read(1, 0, size)]);
  state.change = (level, hashes) => {
    const other = tiles[level];
    if (other?.length === hashes.length) hashes.set(other, 0);
  };
  await expect(store.read(published, 0, 0, 256)).rejects.toMatchObject({
    code: "log.tile-missing",
  });
});
