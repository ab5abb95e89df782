import { describe, expect, test } from "vitest";
import { utf8 } from "@/lib/log/pure/bytes";
import {
  compareBytes,
  factRun,
  networkRun,
  prefixRun,
  type TokenRun,
  wordRun,
} from "@/lib/log/pure/search-tokens";
import {
  addRow,
  decodeHead,
  decodeTimes,
  entriesPerTimePage,
  firstTokenOf,
  forEachRow,
  forEachRowOf,
  makeBits,
  spansOf,
} from "@/lib/log/pure/segment-format";
import { type EncodedSegment, makeSegmentBuilder } from "./segment-builder";

const entry = (members: Record<string, unknown>): string =>
  JSON.stringify({ ts: "2026-11-23T10:00:00.000000Z", action: "identity.created", ...members });

const build = (texts: readonly (string | null)[], low = 0, seed?: number): EncodedSegment => {
  const builder = makeSegmentBuilder(low, seed === undefined ? {} : { seed });
  for (const text of texts) builder.add(text);
  return builder.encode();
};

/** The numbers of a run, found in all pages of the dictionary. */
const numbersOf = ({ pages, low, high }: EncodedSegment, run: TokenRun): number[] => {
  const bits = makeBits(high - low);
  for (const { first, body } of pages)
    if (first.length > 0 && first[0] !== 0) forEachRowOf(run, body, (row) => addRow(row, bits));
  return Array.from({ length: high - low }, (_none, n) => n).filter(
    (n) => (bits[n >> 3]! & (1 << (n & 7))) !== 0,
  );
};

/** Entries whose words, actors and addresses repeat in many ways, from a fixed sequence. */
const manyEntries = (count: number): string[] => {
  let state = 1;
  const next = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
  return Array.from({ length: count }, (_none, n) =>
    entry({
      ts: `2026-11-${String(1 + (n % 28)).padStart(2, "0")}T10:00:00.${String(n % 1_000).padStart(3, "0")}000Z`,
      outcome: n % 3 === 0 ? "denied" : "success",
      actor: { kind: "account", id: `usr_${next(50)}`, label: `person-${next(50)}@example.com` },
      target: { kind: "identity", id: `idn_${n}`, label: `host-${next(500)}.example.com` },
      origin: { ip: `10.${next(3)}.${next(5)}.${next(200)}`, userAgent: "curl/8" },
      requestId: `req_${n.toString(36)}x${next(1_000_000)}`,
      details: { note: `word${next(300)} word${next(300)}`, count: next(9) },
    }),
  );
};

describe("a segment of the search index", () => {
  test("the same entries give the same bytes, whatever the seed of the table was", () => {
    const texts = manyEntries(3_000);
    const one = build(texts, 10, 1);
    const other = build(texts, 10, 77_777);
    expect(other.root).toEqual(one.root);
    expect(other.pages).toEqual(one.pages);
  });

  test("a part that is encoded alone has the bytes of a segment that began there", () => {
    const texts = manyEntries(900);
    const builder = makeSegmentBuilder(0);
    for (const text of texts) builder.add(text);
    expect(builder.encode(400)).toEqual(build(texts.slice(400), 400));
  });

  test("pages are in order, found by their first token, and no larger than a quarter of a block", () => {
    const { pages } = build(manyEntries(5_000));
    const dictionary = pages.filter(({ first }) => first.length > 0 && first[0] !== 0);
    expect(dictionary.length).toBeGreaterThan(50);
    let last = new Uint8Array(0);
    for (const { first, body } of dictionary) {
      expect(firstTokenOf(body)).toEqual(first);
      expect(body.length).toBeLessThan(1_900);
      forEachRow(body, (row) => {
        const token = row.token.slice(0, row.tokenLength);
        expect(compareBytes(token, last)).toBeGreaterThan(0);
        last = token;
        return true;
      });
    }
  });

  test("finds for every kind of run exactly the entries that a look at each of them finds", () => {
    const texts = manyEntries(2_000);
    const segment = build(texts);
    type Parsed = Readonly<{
      actor: Readonly<{ id: string }>;
      outcome: string;
      origin: Readonly<{ ip: string }>;
    }>;
    const parsed = texts.map((text) => JSON.parse(text) as Parsed);
    const where = (is: (one: Parsed) => boolean) =>
      parsed.flatMap((one, n) => (is(one) ? [n] : []));
    const hasWord = (prefix: string) => (one: object) =>
      JSON.stringify(one)
        .toLowerCase()
        .split(/[^a-z0-9]+/)
        .some((word) => word.startsWith(prefix));
    expect(numbersOf(segment, factRun("actorId", "usr_7"))).toEqual(
      where((one) => one.actor.id === "usr_7"),
    );
    expect(numbersOf(segment, factRun("outcome", "denied"))).toEqual(
      where((one) => one.outcome === "denied"),
    );
    expect(numbersOf(segment, wordRun("word12"))).toEqual(where(hasWord("word12")));
    expect(numbersOf(segment, wordRun("wo"))).toEqual(where(hasWord("wo")));
    for (const [address, bits, is] of [
      [[10, 1, 3, 0], 24, /^10\.1\.3\./],
      [[10, 1, 0, 0], 16, /^10\.1\./],
      [[10, 0, 0, 0], 15, /^10\.[01]\./],
      [[10, 1, 2, 64], 26, /^10\.1\.2\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])$/],
      [[10, 1, 2, 7], 32, /^10\.1\.2\.7$/],
      [[0, 0, 0, 0], 0, /./],
      [[255, 255, 255, 255], 32, /^$/],
    ] as const)
      expect(numbersOf(segment, networkRun(Uint8Array.from(address), bits))).toEqual(
        where((one) => is.test(one.origin.ip)),
      );
    expect(numbersOf(segment, wordRun("nosuchword"))).toEqual([]);
  });

  test("no word can be mistaken for a fact, and no fact for a longer one", () => {
    const segment = build([
      entry({ outcome: "success", details: { note: "\u0002denied r \u0003r" } }),
      entry({ target: { id: "crt_1", label: "crt_12" } }),
      entry({ target: { id: "crt_12", label: "crt_1" } }),
    ]);
    expect(numbersOf(segment, factRun("outcome", "denied"))).toEqual([]);
    expect(numbersOf(segment, factRun("kind", "r"))).toEqual([]);
    expect(numbersOf(segment, factRun("target", "crt_1"))).toEqual([1]);
    expect(numbersOf(segment, factRun("target", "crt_12"))).toEqual([2]);
  });

  test("what is not JSON, not UTF-8 or nested too deeply is an action that says nothing", () => {
    const deep = `{"a":${"[".repeat(5_000)}${"]".repeat(5_000)}}`;
    const texts = [
      "not json",
      null,
      "[1]",
      "null",
      '"text"',
      deep,
      "{}",
      "",
      '{"ts":7,"actor":[]}',
    ];
    const segment = build(texts);
    expect(numbersOf(segment, factRun("kind", "a"))).toEqual(texts.map((_text, n) => n));
    expect(segment.blank).toEqual([0, 1, 2, 3, 4, 5, 7]);
  });

  test("an entry without a time has that of the one before it, also of another segment", () => {
    const at = (ts: string) => entry({ ts });
    const before = Date.parse("2025-06-01T00:00:00Z");
    const builder = makeSegmentBuilder(5, { before });
    for (const text of [
      "rubbish",
      at("2026-01-01T00:00:00.999999Z"),
      at("yesterday"),
      at("9999-99-99T00:00:00Z"),
      at("2025-01-01T00:00:00.000000Z"),
    ])
      builder.add(text);
    const segment = builder.encode();
    const one = Date.parse("2026-01-01T00:00:00.999Z");
    const other = Date.parse("2025-01-01T00:00:00.000Z");
    expect([...decodeTimes(segment.pages[1]!.body)]).toEqual([before, one, one, one, other]);
    expect([...decodeTimes(builder.encode(8).pages[1]!.body)]).toEqual([one, other]);
    expect([...decodeTimes(build(["rubbish"]).pages[1]!.body)]).toEqual([0]);
    expect(segment).toMatchObject({ firstMs: other, lastMs: one });
  });

  test("the head says what the segment holds, and comes first", () => {
    const segment = build(manyEntries(entriesPerTimePage + 1), 700);
    const { pages, firstMs, lastMs, low, high } = segment;
    expect(decodeHead(pages[0]!.body)).toEqual({
      format: 1,
      low,
      high,
      firstMs,
      lastMs,
      blank: 0,
      pages: pages.length,
      spans: spansOf(
        Float64Array.from(pages.slice(1, 3).flatMap(({ body }) => [...decodeTimes(body)])),
      ),
    });
    expect(decodeHead(pages[0]!.body)?.spans).toHaveLength(4);
    expect(pages.slice(0, 4).map(({ first }) => first[0])).toEqual([undefined, 0, 0, 1]);
    expect(decodeTimes(pages[2]!.body)).toHaveLength(1);
  });

  test("any change of an entry changes the root", () => {
    const texts = manyEntries(50);
    const { root } = build(texts);
    for (const changed of [
      texts.with(20, texts[20]!.replace("curl", "wget")),
      texts.with(20, texts[20]!.replace("denied", "success").replace("T10", "T11")),
      texts.toSpliced(20, 1),
      texts.toSpliced(20, 2, texts[21]!, texts[20]!),
    ])
      expect(build(changed).root).not.toEqual(root);
    expect(build(texts, 1).root).not.toEqual(root);
  });

  test("hostile words are bounded: long ones are cut, many fill the segment early", () => {
    const long = "x".repeat(60_000);
    const segment = build([
      entry({ details: { long, label: long }, actor: { id: long, label: `${long}y` } }),
    ]);
    expect(numbersOf(segment, wordRun("x".repeat(255)))).toEqual([0]);
    expect(numbersOf(segment, prefixRun(utf8("x".repeat(256))))).toEqual([]);
    expect(numbersOf(segment, factRun("actorId", long.slice(0, 800)))).toEqual([]);
    const builder = makeSegmentBuilder(0, { maxTokens: 30_000 });
    let word = 0;
    for (; !builder.isFull();)
      builder.add(
        entry({ details: { w: Array.from({ length: 9_000 }, () => `w${(word++).toString(36)}`) } }),
      );
    expect(builder.high()).toBe(4);
  });

  test("bytes that are no page are refused, not read past their end", () => {
    const { pages } = build(manyEntries(100));
    const { body } = pages.at(-1)!;
    const read = (length: number): string => {
      try {
        forEachRow(body.subarray(0, length), (row) => {
          addRow(row, makeBits(100));
          return true;
        });
        return "damaged or whole";
      } catch (error) {
        return String(error);
      }
    };
    const lengths = Array.from({ length: body.length }, (_none, length) => length);
    expect(lengths.map(read).filter((said) => !said.includes("damaged"))).toEqual([]);
  });
});
