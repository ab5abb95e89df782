import { describe, expect, test } from "vitest";
import {
  decodeBundle,
  encodeBundle,
  entriesPath,
  parseTilePath,
  tilePath,
  tilesOf,
  tileWidth,
} from "./tile";

describe("the path of a tile is that of the C2SP specification", () => {
  test.each([
    [tilePath(0, 1_234_067), "tile/0/x001/x234/067"],
    [tilePath(0, 1_234_067, 5), "tile/0/x001/x234/067.p/5"],
    [tilePath(1, 0), "tile/1/000"],
    [tilePath(5, 999, 255), "tile/5/999.p/255"],
    [tilePath(0, 1000), "tile/0/x001/000"],
    [tilePath(63, 1_000_000), "tile/63/x001/x000/000"],
    [entriesPath(1_234_067), "tile/entries/x001/x234/067"],
    [entriesPath(273, 112), "tile/entries/273.p/112"],
    [tilePath(0, 4, 256), "tile/0/004"],
  ])("%s", (path, expected) => {
    expect(path).toBe(expected);
    const read = parseTilePath(path);
    expect(
      read &&
        (read.kind === "entries"
          ? entriesPath(read.index, read.width)
          : tilePath(read.level, read.index, read.width)),
    ).toBe(expected);
  });

  test.each([
    "tile/0/1",
    "tile/0/01",
    "tile/0/0001",
    "tile/0/x001",
    "tile/0/001/x234",
    "tile/0/x001/234/067",
    "tile/0/x000/001",
    "tile/0/x01/001",
    "tile/00/001",
    "tile/64/001",
    "tile/-1/001",
    "tile/0/001.p/0",
    "tile/0/001.p/256",
    "tile/0/001.p/01",
    "tile/0/001.p/",
    "tile/0/001.p",
    "tile/0/001/",
    "/tile/0/001",
    "tile/0/001?x",
    "tile/data/001",
    "tile/0/x999/x999/x999/x999/x999/x999/999",
    "tile/0/00a",
    "tile/entries/1",
    "TILE/0/001",
    "",
  ])("nothing else names a tile: %j", (path) => {
    expect(parseTilePath(path)).toBeNull();
  });

  test.each([
    [() => tilePath(64, 0)],
    [() => tilePath(-1, 0)],
    [() => tilePath(0, -1)],
    [() => tilePath(0, 1.5)],
    [() => tilePath(0, 0, 0)],
    [() => tilePath(0, 0, 257)],
    [() => tilePath(0, Number.NaN)],
  ])("and no such tile gets a path (%#)", (make) => {
    expect(make).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^tile\./) as string }),
    );
  });
});

describe("the tiles of a tree", () => {
  test.each([
    [
      70_000,
      [
        [273, 112],
        [1, 17],
        [0, 1],
      ],
    ],
    [
      256,
      [
        [1, 0],
        [0, 1],
      ],
    ],
    [255, [[0, 255]]],
    [1, [[0, 1]]],
    [0, []],
    [
      65_536,
      [
        [256, 0],
        [1, 0],
        [0, 1],
      ],
    ],
    [
      257,
      [
        [1, 1],
        [0, 1],
      ],
    ],
  ] as const)("of %d entries", (size, expected) => {
    expect(tilesOf(size).map(({ full, partial }) => [full, partial])).toEqual(expected);
  });

  test("are as wide as the size says", () => {
    expect([
      tileWidth(0, 272, 70_000),
      tileWidth(0, 273, 70_000),
      tileWidth(0, 274, 70_000),
      tileWidth(1, 1, 70_000),
      tileWidth(2, 0, 70_000),
      tileWidth(3, 0, 70_000),
    ]).toEqual([256, 112, 0, 17, 1, 0]);
  });
});

describe("a bundle of entries", () => {
  test("is each entry behind its length in two bytes, high byte first", () => {
    const entries = [Buffer.from("a"), Buffer.alloc(0), Buffer.alloc(300, 7)];
    const bytes = encodeBundle(entries);
    expect(Buffer.from(bytes.subarray(0, 7)).toString("hex")).toBe("0001610000012c");
    expect(decodeBundle(bytes).map((entry) => Buffer.from(entry))).toEqual(entries);
    expect(decodeBundle(encodeBundle([Buffer.alloc(65_535, 1)]))[0]!.length).toBe(65_535);
    expect(decodeBundle(new Uint8Array())).toEqual([]);
  });

  test("is not made of an entry that is too long", () => {
    expect(() => encodeBundle([new Uint8Array(65_536)])).toThrow(
      expect.objectContaining({ code: "tile.entry" }),
    );
  });

  test.each([
    ["in a length", Buffer.from("00", "hex")],
    ["in an entry", Buffer.from("000261", "hex")],
    ["in the second length", Buffer.from("00016100", "hex")],
  ])("that is cut off %s is refused", (_where, bytes) => {
    expect(() => decodeBundle(bytes)).toThrow(expect.objectContaining({ code: "tile.bundle" }));
  });

  test("of more than 256 entries is refused", () => {
    expect(() => decodeBundle(new Uint8Array(2 * 257))).toThrow(
      expect.objectContaining({ code: "tile.bundle" }),
    );
  });
});
