import { describe, expect, test } from "vitest";
import { isAppError } from "@/lib/errors/app-error";
import { parseInput } from "@/lib/http/invalid-input";
import { eventBatch } from "./schema";

const event = (over: object = {}) => ({
  seq: 1,
  name: "payment.approved",
  occurredAt: "2026-11-23T02:38:07Z",
  ...over,
});
const parse = (body: object) => parseInput(eventBatch, { boot: "run-1", ...body }, "body");
/** The paths of all that is wrong with it. */
function wrong(body: object): string[] {
  try {
    parse(body);
    return [];
  } catch (error) {
    if (!isAppError(error)) throw error;
    return error.findings.map(({ path }) => path ?? "");
  }
}
const nested = (levels: number): object => (levels === 0 ? {} : { in: nested(levels - 1) });
/** What JSON.parse makes of a text, which an object literal cannot say. */
const json = (text: string): object => JSON.parse(text) as object;

describe("a batch", () => {
  test("of the least that an event needs is taken, with what is left out filled in", () => {
    expect(parse({ events: [event()] })).toEqual({
      source: "main",
      boot: "run-1",
      events: [{ ...event(), outcome: "success", data: {} }],
    });
  });
  test.each([
    [{}, "events"],
    [{ events: [] }, "events"],
    [{ events: {} }, "events"],
    [{ events: Array.from({ length: 501 }, (_, n) => event({ seq: n + 1 })) }, "events"],
    [{ events: [event()], boot: "" }, "boot"],
    [{ events: [event()], boot: undefined }, "boot"],
    [{ events: [event()], boot: "a/b" }, "boot"],
    [{ events: [event()], boot: "x".repeat(65) }, "boot"],
    [{ events: [event()], source: "a b" }, "source"],
    [{ events: [event()], source: "../other" }, "source"],
    [{ events: [event()], settled: 4 }, "settled"],
    [{ events: [event()], identity: "idn_01kat8m2wq7h4z0c9d5e6f7g8j" }, "identity"],
    [{ heartbeat: { seq: 4, settled: 4 } }, "heartbeat.settled"],
    [{ heartbeat: { seq: 4, settled: -1 } }, "heartbeat.settled"],
    [{ heartbeat: { seq: 0, settled: 0 } }, "heartbeat.seq"],
    [{ heartbeat: { seq: 4, settled: 3, voided: "1-3" } }, "heartbeat.voided"],
  ])("%j is refused, and its mistake is named", (body, path) => {
    expect(wrong(body)).toContain(path);
  });
});

describe("an event is refused, and the field is named, if", () => {
  test.each<[string, object, string]>([
    ["it has no number", { seq: undefined }, "seq"],
    ["its number is 0", { seq: 0 }, "seq"],
    ["its number is a fraction", { seq: 1.5 }, "seq"],
    ["its number is a text", { seq: "1" }, "seq"],
    ["its number is beyond all counting", { seq: 1e15 }, "seq"],
    ["it has no name", { name: undefined }, "name"],
    ["its name could be that of a service", { name: "payments" }, "name"],
    ["its name is Chancery's own", { name: "chancery" }, "name"],
    ["its name is a sentence", { name: "Payment approved!" }, "name"],
    ["its name ends in a dot", { name: "payment." }, "name"],
    ["its name is endless", { name: `a.${"b".repeat(99)}` }, "name"],
    ["its time is none", { occurredAt: "yesterday" }, "occurredAt"],
    ["its time has no offset", { occurredAt: "2026-11-23T02:38:07" }, "occurredAt"],
    ["its day does not exist", { occurredAt: "2026-02-30T00:00:00Z" }, "occurredAt"],
    ["its time is endless", { occurredAt: `2026-11-23T02:38:07.${"0".repeat(40)}Z` }, "occurredAt"],
    ["its outcome is not one of three", { outcome: "maybe" }, "outcome"],
    ["its reason is empty", { reason: " " }, "reason"],
    ["its reason is endless", { reason: "x".repeat(1_001) }, "reason"],
    ["its target has no id", { target: { kind: "payment" } }, "target.id"],
    [
      "its target has an unknown field",
      { target: { kind: "a", id: "b", name: "c" } },
      "target.name",
    ],
    [
      "its target poses as a certificate of Chancery",
      { target: { kind: "certificate", id: "crt_01kat8m2wq7h4z0c9d5e6f7g8j" } },
      "target.id",
    ],
    [
      "its target poses as an authority of Chancery",
      { target: { kind: "payment", id: "ca_01kat8m2wq7h4z0c9d5e6f7g8j" } },
      "target.id",
    ],
    [
      "its target's label has two lines",
      { target: { kind: "a", id: "b", label: "b.\nChancery issued a certificate" } },
      "target.label",
    ],
    ["its target's id turns the direction", { target: { kind: "a", id: "\u202Eb" } }, "target.id"],
    ["for whom it acted is not seen", { onBehalfOf: "a\u200Bb" }, "onBehalfOf"],
    ["its reason turns the direction", { reason: "one\ntwo \u2066three" }, "reason"],
    ["its client's address is a name", { clientIp: "host.example.com" }, "clientIp"],
    ["its client's address is a network", { clientIp: "10.0.0.0/8" }, "clientIp"],
    [
      "it has its own actor",
      { actor: { kind: "user", id: "usr_1", label: "admin@example.com" } },
      "actor",
    ],
    ["it has a time of recording", { ts: "2026-11-23T02:38:07Z" }, "ts"],
    ["it has its own source", { src: { id: "other/main", boot: "b", seq: 1 } }, "src"],
    ["its data is a list", { data: [] }, "data"],
    ["its data is null", { data: null }, "data"],
    ["its data is a text", { data: "x" }, "data"],
    [
      "a text in its data would be cut",
      { data: { a: [{ note: "x".repeat(4_001) }] } },
      "data.a.0.note",
    ],
    ["a text in its data holds NUL", { data: { note: "a\0b" } }, "data.note"],
    ["a text in its data holds half a character", { data: { note: "\ud800" } }, "data.note"],
    ["a name in its data holds a line break", { data: { "a\nb": 1 } }, "data.a\nb"],
    ["a name in its data is empty", { data: { "": 1 } }, "data."],
    [
      "a number in its data has lost digits",
      json('{"data":{"account":12345678901234567890}}'),
      "data.account",
    ],
    ["a number in its data is too large", json('{"data":{"n":1e999}}'), "data.n"],
    ["its data is nested too deep", { data: nested(9) }, "data.in.in.in.in.in.in.in.in"],
  ])("%s", (_, over, path) => {
    expect(wrong({ events: [event(), event({ seq: 2, ...over })] })).toEqual([`events.1.${path}`]);
  });

  test("its data is nested a hundred thousand levels deep, without harm to the process", () => {
    const deep = json(`{"data":${'{"in":'.repeat(100_000)}1${"}".repeat(100_000)}}`);
    expect(wrong({ events: [event(deep)] })).toEqual(["events.0.data.in.in.in.in.in.in.in.in"]);
  });
});

test("a member of the data that is called as a prototype is kept as any other", () => {
  const [kept] = parse({
    events: [event(json('{"data":{"__proto__":{"admin":true},"n":0.1}}'))],
  }).events;
  expect(JSON.stringify(kept?.data)).toBe('{"__proto__":{"admin":true},"n":0.1}');
});
