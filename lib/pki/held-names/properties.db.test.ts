import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isAppError } from "@/lib/errors/app-error";
import { createTestDatabase, type TestDatabase } from "@/testing/database/test-database";
import { covers } from "./covers";
import {
  asHeldName,
  canonicalName,
  parseHeldName,
  type CertificateName,
  type HeldName,
  type NameType,
} from "./held-name";
import { nameKeyOf, type NameKey } from "./name-key";
import { overlaps, spanOf } from "./span";

// Thousands of names made of parts that have surprised other programs, the same in each run.
let database: TestDatabase, owner: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase();
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await database.drop();
});

/** mulberry32: numbers from 0 to 1 that depend on the seed alone. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
const random = randomFrom(20_261_128);
const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
const several = (items: readonly string[], most: number, separator: string): string =>
  Array.from({ length: 1 + Math.floor(random() * most) }, () => pick(items)).join(separator);

const labels = ["a", "b", "A", "xn--mnchen-3ya", "xn--zz", "ab--cd", "1", "0x1", "a-b", "x_y", "*"];
const host = (): string => `${several(labels, 3, ".")}${pick([".e.example", ".e", "", "."])}`;
const segments = ["pay", "PAY", "x", "..", ".", "", "%2e", "%C3%A9", "a;b", "x.y", "~", "x:y"];
const octets = ["0", "10", "255", "1", "01"];
const locals = ["al", "AL", "al+x", "+x", "a.b", '"al"', "al..b", "a'b"];
const words = [
  "edge",
  "Edge",
  "É",
  "ｅdge",
  "ſ",
  "K",
  "Σ",
  "ß",
  "İ",
  "two",
  "  ",
  "a.b",
  "10.0.0.1",
  "al@e",
  "\u200b",
  "ﬁ",
];
const makers: Readonly<Record<NameType, () => string>> = {
  dns: host,
  ip: () =>
    pick([
      () => several(octets, 4, "."),
      () => Array.from({ length: 4 }, () => pick(octets)).join("."),
      () =>
        `10.${pick(["0", "16", "1", "2", "255"])}.0.0/${pick(["8", "12", "16", "20", "24", "31", "32"])}`,
      () =>
        pick([
          "::1",
          "::",
          "::2",
          "::ffff:10.0.0.1",
          "::10.0.0.1",
          "fe80::1",
          "2001:db8::",
          "2001:0db8::1",
        ]),
      () =>
        `${pick(["2001:db8::", "::", "::ffff:0:0", "fc00::", "2001:db8:1::"])}/${pick(["16", "32", "48", "64", "96", "104", "127", "128"])}`,
    ])(),
  uri: () =>
    pick([
      () =>
        `${pick(["https", "spiffe", "SPIFFE", "http"])}://${host()}${pick(["", ":443", ":0443", ":70000"])}/${several(segments, 3, "/")}${pick(["", "", "/*", "/*", "/*", "/", "?q=1", "?q=//x", "?a/../b", "?x/", "#f"])}`,
      () =>
        `${pick(["urn", "URN"])}:${pick(["uuid", "UUID", "a1"])}:${several(segments, 3, pick(["/", ":"]))}`,
      () =>
        pick([
          "pay.internal:8443",
          "mailto:a@e",
          "https://u@e/x",
          "https://e",
          "https://e/*",
          "file:///x",
        ]),
    ])(),
  email: () => `${pick(locals)}@${host()}`,
  cn: () => several(words, 3, pick([" ", "", "."])),
};
const nameTypes = Object.keys(makers) as NameType[];
function attempt<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (isAppError(error)) return null;
    throw error;
  }
}
const texts = Array.from({ length: 12_000 }, () => {
  const type = pick(nameTypes);
  return { type, text: makers[type]() };
});
const unique = <T>(items: readonly (T | null)[]): T[] => [
  ...new Map(
    items.flatMap((item) => (item === null ? [] : [[JSON.stringify(item), item] as const])),
  ).values(),
];
const certificateNames: readonly CertificateName[] = unique(
  texts.map(({ type, text }) => attempt(() => canonicalName(type, text))),
);
const heldNames: readonly HeldName[] = unique(
  texts.map(({ type, text }) => attempt(() => parseHeldName(type, text))),
);
const shown = ({ form, value }: HeldName): string => (form === "prefix" ? `${value}*` : value);

test("there are names of each type and form to look at", () => {
  const forms = Map.groupBy(heldNames, ({ type, form }) => `${type} ${form}`);
  expect([...forms.keys()].toSorted()).toEqual([
    "cn exact",
    "dns exact",
    "dns wildcard",
    "email exact",
    "ip exact",
    "ip network",
    "uri exact",
    "uri prefix",
  ]);
  expect(Math.min(...[...forms.values()].map(({ length }) => length))).toBeGreaterThan(8);
});

describe("canonical names", () => {
  test("are their own canonical form, in certificates and as holdings", () => {
    expect(
      certificateNames.filter(
        ({ type, value }) => attempt(() => canonicalName(type, value))?.value !== value,
      ),
    ).toEqual([]);
    const changed = heldNames.filter((name) => {
      const again = attempt(() => parseHeldName(name.type, shown(name)));
      return again?.value !== name.value || again.form !== name.form;
    });
    expect(changed).toEqual([]);
  });

  test("pass the check of the database, so that no addition fails there", async () => {
    const { rows } = await owner.query<{ value: string }>(
      `select type, form, value from jsonb_to_recordset($1::jsonb) as x (type text, form text, value text) where not tlog.name_is_canonical(type, form, value)`,
      [JSON.stringify(heldNames)],
    );
    expect(rows).toEqual([]);
  });
});

test("two holdings that cover one name overlap in the database, so that two identities can't have both", async () => {
  const covering = certificateNames.map((name) => heldNames.filter((held) => covers(held, name)));
  const pairs = unique(
    covering.flatMap((holdings) =>
      holdings.flatMap((one, at) => holdings.slice(at + 1).map((other) => ({ one, other }))),
    ),
  );
  expect(pairs.length).toBeGreaterThan(100);
  const { rows } = await owner.query(
    `select p from jsonb_array_elements($1::jsonb) p where not (
      tlog.name_span_of(p #>> '{one,type}', p #>> '{one,form}', p #>> '{one,value}') && tlog.name_span_of(p #>> '{other,type}', p #>> '{other,form}', p #>> '{other,value}'))`,
    [JSON.stringify(pairs)],
  );
  expect(rows).toEqual([]);
});

test("a holding overlaps each name that it covers, as the name would be held", async () => {
  const pairs = certificateNames.flatMap((name) => {
    const form = name.type === "dns" && name.value.startsWith("*.") ? "wildcard" : "exact";
    return heldNames
      .filter((held) => covers(held, name))
      .map((one) => ({ one, other: { ...name, form } }));
  });
  const { rows } = await owner.query(
    `select p from jsonb_array_elements($1::jsonb) p where not (
      tlog.name_span_of(p #>> '{one,type}', p #>> '{one,form}', p #>> '{one,value}') && tlog.name_span_of(p #>> '{other,type}', p #>> '{other,form}', p #>> '{other,value}'))`,
    [JSON.stringify(pairs)],
  );
  expect(rows).toEqual([]);
});

test("holdings that overlap cover a name in common, as far as both are hosts, addresses or URIs", () => {
  const exact = heldNames.filter(
    ({ type, value }) => ["dns", "ip", "uri"].includes(type) && !value.includes("?"),
  );
  const candidates = [
    ...certificateNames,
    ...exact.flatMap(({ type, form, value }): CertificateName[] => {
      if (form === "wildcard") return [{ type, value: value.replace("*", "w") }];
      if (form === "prefix") return [{ type, value: `${value}w` }];
      return form === "network" ? [{ type, value: value.slice(0, value.indexOf("/")) }] : [];
    }),
  ];
  const apart = exact.flatMap((one, at) =>
    exact.slice(at + 1).flatMap((other) => {
      if (one.type !== other.type || !overlaps(spanOf(one), spanOf(other))) return [];
      const common = candidates.some((name) => covers(one, name) && covers(other, name));
      return common ? [] : [[one, other]];
    }),
  );
  expect(apart).toEqual([]);
});

describe("the keys under which the signer remembers names of certificates", () => {
  const keyed = certificateNames.map((name) => ({
    name,
    span: spanOf(asHeldName(name) as HeldName),
    ...nameKeyOf(name),
  }));
  const isAmong = ({ probes, range }: NameKey, { key }: NameKey): boolean =>
    probes.includes(key) || (range !== null && key >= range.lower && key < range.upper);

  test("are in each other's way if and only if holding the names would overlap", () => {
    const differing = keyed.flatMap((one) =>
      keyed.flatMap((other) => {
        const isInTheWay = isAmong(one, other) || isAmong(other, one);
        if (isInTheWay === overlaps(one.span, other.span)) return [];
        return [`${one.name.value} ${other.name.value}`];
      }),
    );
    expect(differing).toEqual([]);
  });

  test("are the same in the database", async () => {
    const { rows } = await owner.query<{ key: string }>(
      "select signer.name_key(type, value) as key from unnest($1::text[], $2::text[]) with ordinality as x (type, value, n) order by n",
      [certificateNames.map(({ type }) => type), certificateNames.map(({ value }) => value)],
    );
    expect(rows.map(({ key }) => key)).toEqual(keyed.map(({ key }) => key));
  });
});
