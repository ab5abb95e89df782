import { describe, expect, test } from "vitest";
import { nodeLogCrypto as c } from "@/lib/log/tree/node-crypto";
import { formatVkey } from "./note";
import {
  describeQuorum,
  emptyWitnessPolicy,
  meetsQuorum,
  parseWitnessPolicy,
  smallestQuorum,
} from "./witness-policy";

const vkeys = await Promise.all(
  Array.from({ length: 6 }, (_none, at) =>
    formatVkey(c, `witness${at}.example.com`, 4, new Uint8Array(32).fill(at + 1)),
  ),
);
const logKey = await formatVkey(c, "log.example.com/log/1", 1, new Uint8Array(32).fill(99));
const witnesses = vkeys.map((vkey, at) => `witness W${at} ${vkey}`).join("\n");
const twoOfThree = `${witnesses}\ngroup some 2 W0 W1 W2\nquorum some\n`;
const nested = `# who watches\n\nlog ${logKey} https://log.example.com/log\n${witnesses}\n group X 2 W0 W1 W2 \ngroup\tY any W3 W4 W5\ngroup X-and-Y all X Y\nquorum X-and-Y\n`;

test("a policy reads as the specification has it: comments, empty lines, tabs, addresses, groups of groups", () => {
  const policy = parseWitnessPolicy(nested);
  expect([
    policy.logs.length,
    policy.witnesses.length,
    policy.groups.length,
    policy.quorum,
  ]).toEqual([1, 6, 3, "X-and-Y"]);
  expect([policy.logs[0]!.url, policy.witnesses[0]!.url, policy.witnesses[0]!.key.name]).toEqual([
    "https://log.example.com/log",
    null,
    "witness0.example.com",
  ]);
  expect(policy.groups[2]).toEqual({ name: "X-and-Y", threshold: 2, members: ["X", "Y"] });
});

describe("who must cosign", () => {
  test.each([
    [["W0", "W1"], true],
    [["W1", "W2"], true],
    [["W0", "W1", "W2"], true],
    [["W0"], false],
    [[], false],
    [["W3", "W4", "W5"], false],
    [["W0", "W0"], false],
    [["some"], false],
  ] as const)("two of three: %j → %s", (names, met) => {
    expect(meetsQuorum(parseWitnessPolicy(twoOfThree), names)).toBe(met);
  });

  test.each([
    [["W0", "W1", "W5"], true],
    [["W0", "W5"], false],
    [["W0", "W1", "W2"], false],
    [["W3", "W4", "W5"], false],
  ] as const)("groups of groups: %j → %s", (names, met) => {
    expect(meetsQuorum(parseWitnessPolicy(nested), names)).toBe(met);
  });

  test("no witness must cosign under a policy without witnesses", () => {
    expect([
      meetsQuorum(emptyWitnessPolicy, []),
      meetsQuorum(parseWitnessPolicy("quorum none\n"), []),
    ]).toEqual([true, true]);
  });
});

test.each([
  ["quorum none\n", "none configured", 0],
  [`${witnesses}\nquorum none`, "6 witnesses, none required", 0],
  [`${witnesses}\nquorum W4`, "the witness W4", 1],
  [twoOfThree, "2 of 3 witnesses", 2],
  [`${witnesses}\ngroup one any W0\nquorum one`, "1 of 1 witness", 1],
  [nested, "2 of (2 of W0, W1, W2), (1 of W3, W4, W5)", 3],
])("in words and by the fewest that can meet it (%#)", (text, words, fewest) => {
  const policy = parseWitnessPolicy(text);
  expect([describeQuorum(policy), smallestQuorum(policy)]).toEqual([words, fewest]);
});

test.each([
  ["an unknown word", "wittness W1 x\nquorum none", "Line 1 "],
  ["a member that is not defined", "group g all W1\nquorum g", "Line 1 "],
  ["a member defined below", `group g all W0\n${witnesses}\nquorum g`, "Line 1 "],
  ["a member of two groups", `${witnesses}\ngroup a any W0\ngroup b any W0\nquorum a`, "Line 8 "],
  ["a member twice", `${witnesses}\ngroup a all W0 W0\nquorum a`, "Line 7 "],
  ["more than there are", `${witnesses}\ngroup a 3 W0 W1\nquorum a`, "Line 7 "],
  ["none needed of a group", `${witnesses}\ngroup a 0 W0 W1\nquorum a`, "Line 7 "],
  ["a group without members", `${witnesses}\ngroup a all\nquorum a`, "Line 7 "],
  ["a name twice", `${witnesses}\ngroup W0 all W1\nquorum W0`, "Line 7 "],
  ["the name none", `witness none ${vkeys[0]}\nquorum none`, "Line 1 "],
  ["one key twice", `witness a ${vkeys[0]}\nwitness b ${vkeys[0]}\nquorum a`, "Line 2 "],
  ["two quorum lines", "quorum none\nquorum none", "Line 2 "],
  ["a quorum that is not defined", "quorum W1", "Line 1 "],
  ["the key of a log for a witness", `witness a ${logKey}\nquorum a`, "Line 1 "],
  ["the key of a witness for a log", `log ${vkeys[0]}\nquorum none`, "Line 1 "],
  ["a key that is none", "witness a b\nquorum a", "Line 1 "],
  ["a log twice", `log ${logKey}\nlog ${logKey} https://log.example.com\nquorum none`, "Line 2 "],
  ["a carriage return", "quorum none\r\n", "Line 1 "],
  ["too many words", "quorum none W1", "Line 1 "],
  ["a log without a key", "log\nquorum none", "Line 1 "],
  ["no quorum", witnesses, "no line"],
  ["nothing", "", "no line"],
])("a policy with %s is refused, and the line is named", (_what, text, where) => {
  expect(() => parseWitnessPolicy(text)).toThrow(
    expect.objectContaining({
      code: expect.stringMatching(/^policy\./) as string,
      message: expect.stringContaining(where) as string,
    }),
  );
});
