import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { leafHashSync } from "@/lib/log/tree/hash-sync";
import { below, makeSampleEntry } from "@/testing/log/index-sample";
import { makeSegmentBuilder } from "./segment-builder";

const canRun = (python: string): boolean => {
  try {
    execFileSync(python, ["-c", "import sys; sys.exit(sys.version_info < (3, 9))"], {
      stdio: "ignore",
    });
    return true;
  } catch {
    return false;
  }
};
const python = ["python3", "/usr/bin/python3"].find(canRun) ?? null;
const script = join(import.meta.dirname, "../../../testing/log/verify/segment.py");

type Derived = Readonly<{ root: string; pages: number; leaves: readonly string[] }>;

/** What a program that knows docs/log-format.md alone derives from the entries' bytes. */
const deriveElsewhere = (low: number, entries: readonly Buffer[], before = 0): Derived =>
  JSON.parse(
    execFileSync(python!, ["-I", script, String(low), String(before)], {
      input: entries.map((entry) => entry.toString("base64")).join("\n"),
      encoding: "utf8",
      maxBuffer: 1e8,
    }),
  ) as Derived;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function textOf(entry: Buffer): string | null {
  try {
    return decoder.decode(entry);
  } catch {
    return null;
  }
}

function deriveHere(low: number, entries: readonly Buffer[], before = 0): Derived {
  const builder = makeSegmentBuilder(low, { before });
  for (const entry of entries) builder.add(textOf(entry));
  const { root, pages } = builder.encode();
  const leaves = pages.map(({ body }) => leafHashSync(body).toString("hex"));
  return { root: root.toString("hex"), pages: pages.length, leaves };
}

const nested = (levels: number): string => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;
const details = (value: unknown): string =>
  JSON.stringify({ ts: "2026-11-30T08:15:00.123456Z", action: "x.y", details: value });
const odd: readonly (string | Buffer)[] = [
  "",
  "[]",
  "null",
  "{",
  "{}",
  Buffer.from([0xff, 0xfe]),
  details({
    note: "Ångström A\u030Angstro\u0308m ΟΔΟΣ ὈΔΥΣΣΕΎΣ İstanbul ß ﬁ 日本語 😀 e\u0301\u0301",
  }),
  details({
    note: "x".repeat(700),
    long: "é".repeat(300),
    tbsSha256: "unsearched",
    n: [1, 2.5, true],
  }),
  details({ tbsSha256: "outside", inner: { tbsSha256: "inside" }, serial: "0a".repeat(50) }),
  details(JSON.parse(nested(30))),
  details(JSON.parse(nested(31))),
  JSON.stringify({
    actor: { id: "usr_1", label: "é".repeat(900) },
    target: { id: "a".repeat(900) },
  }),
  JSON.stringify({
    origin: { ip: "192.0.2.300" },
    action: "source.heartbeat",
    ts: "2026-13-01T00:00:00Z",
  }),
  JSON.stringify({
    origin: { ip: "::1" },
    credential: { certificateId: "crt_1" },
    action: "certificate.read",
  }),
  JSON.stringify({ origin: { ip: "2001:db8::1:0:0:5" }, ts: "1969-12-31T23:59:59Z", action: 5 }),
];

describe.skipIf(python === null)("a segment of the index", () => {
  test.each([
    ["one entry", 0, 1],
    ["a few entries", 7, 40],
    ["several blocks of times", 65_536, 9_000],
  ])(
    "of %s is the same, page by page, where only the documented format is known",
    (_, low, count) => {
      const entries = Array.from({ length: count }, (_none, n) =>
        Buffer.from(JSON.stringify(makeSampleEntry(n))),
      );
      expect(deriveElsewhere(low, entries)).toEqual(deriveHere(low, entries));
    },
  );

  test("of entries that are not text, not JSON, too deep, too long or in any script is the same as well", () => {
    const entries = odd.map((entry) => Buffer.from(entry as string));
    for (const before of [0, Date.parse("2026-11-30T08:00:00Z")])
      expect(deriveElsewhere(3, entries, before)).toEqual(deriveHere(3, entries, before));
  });

  test("has another root when one entry is left out, changed or moved", () => {
    const entries = Array.from({ length: 60 }, (_none, n) =>
      Buffer.from(JSON.stringify(makeSampleEntry(n))),
    );
    const { root } = deriveHere(0, entries);
    const at = below(59);
    const without = entries.filter((_none, n) => n !== at);
    const changed = entries.with(at, Buffer.from(JSON.stringify(makeSampleEntry(999))));
    const moved = entries.with(at, entries[at + 1]!).with(at + 1, entries[at]!);
    for (const other of [without, changed, moved])
      expect(deriveElsewhere(0, other).root).not.toBe(root);
  });
});
