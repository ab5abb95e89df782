import { expect, test } from "vitest";
import { toBase64 } from "./bytes";
import { formatTlogProof, parseTlogProof } from "./tlog-proof";

const hashes = [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte));
const checkpoint = `log.example.com/log/1\n8\n${toBase64(hashes[0]!)}\n\n\u2014 log.example.com/log/1 ${toBase64(new Uint8Array(68))}\n`;
const file = `c2sp.org/tlog-proof@v1\nextra aGVsbG8=\nindex 5\n${hashes.map(toBase64).join("\n")}\n\n${checkpoint}`;

test("a proof file is the lines of the specification, and reads back", () => {
  const proof = { extra: Buffer.from("hello"), index: 5, path: hashes, checkpoint };
  expect(formatTlogProof(proof)).toBe(file);
  expect(parseTlogProof(file)).toEqual({ ...proof, extra: new Uint8Array(proof.extra) });
});

test("a tree of one entry has an empty path, and nothing extra is no line", () => {
  const text = formatTlogProof({ index: 0, path: [], checkpoint });
  expect(text).toBe(`c2sp.org/tlog-proof@v1\nindex 0\n\n${checkpoint}`);
  expect(parseTlogProof(text)).toEqual({ index: 0, path: [], checkpoint });
});

test.each([
  ["another first line", file.replace("@v1", "@v2")],
  ["no index", file.replace("index 5\n", "")],
  ["an index with a leading zero", file.replace("index 5", "index 05")],
  ["an index past what is exact", file.replace("index 5", "index 9007199254740993")],
  ["a short hash", file.replace(toBase64(hashes[1]!), "AQID")],
  ["a hash that is not base64", file.replace(toBase64(hashes[1]!), "?".repeat(44))],
  ["no checkpoint", file.slice(0, file.indexOf("\n\n") + 2)],
  ["no empty line", file.replace("\n\nlog", "\nlog")],
  ["a checkpoint that is none", file.replace("\n8\n", "\neight\n")],
  ["carriage returns", file.replaceAll("\n", "\r\n")],
  ["extra that is not base64", file.replace("aGVsbG8=", "hello")],
  [
    "64 hashes",
    file.replace(
      toBase64(hashes[1]!),
      Array.from({ length: 62 }, () => toBase64(hashes[1]!)).join("\n"),
    ),
  ],
  ["nothing", ""],
])("a proof file with %s is refused", (_what, text) => {
  expect(() => parseTlogProof(text)).toThrow(
    expect.objectContaining({
      code: expect.stringMatching(/^(tlog-proof|note|checkpoint|bytes)\./) as string,
    }),
  );
});
