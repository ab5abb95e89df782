import { expect, test } from "vitest";
import type { PolicyRule } from "@/lib/policies/schema";
import { editRules, sameRules, startRules, type RuleState } from "./rule-state";

const rule = (name: string): PolicyRule => ({
  name,
  effect: "allow",
  identities: [],
  kinds: [],
  profiles: [],
  methods: [],
  paths: [],
  networks: [],
});
const namesOf = ({ rules }: RuleState) => rules.map((one) => one.rule.name);
const start = startRules([rule("a"), rule("b"), rule("c")]);

test("a step for a missing rule changes nothing", () => {
  for (const type of ["copy", "remove"] as const)
    expect(editRules(start, { type, key: "gone" })).toBe(start);
  expect(editRules(start, { type: "move", key: "gone", by: 1 })).toBe(start);
  expect(editRules(start, { type: "change", key: "gone", change: { name: "x" } })).toBe(start);
});

test("a rule moves by one position, keeps its key, and stays within the list", () => {
  const down = editRules(start, { type: "move", key: "rule-0", by: 1 });
  expect(namesOf(down)).toEqual(["b", "a", "c"]);
  expect(down.rules[1]?.key).toBe("rule-0");
  expect(namesOf(editRules(start, { type: "move", key: "rule-0", by: -1 }))).toEqual([
    "a",
    "b",
    "c",
  ]);
  expect(namesOf(editRules(start, { type: "move", key: "rule-2", by: 1 }))).toEqual([
    "a",
    "b",
    "c",
  ]);
});

test("an added or copied rule gets a unique name and key, also after a removal", () => {
  let state = editRules(editRules(start, { type: "add", effect: "deny" }), {
    type: "add",
    effect: "deny",
  });
  expect(namesOf(state)).toEqual(["a", "b", "c", "Deny", "Deny 2"]);
  state = editRules(state, { type: "remove", key: "rule-3" });
  state = editRules(editRules(state, { type: "copy", key: "rule-0" }), {
    type: "copy",
    key: "rule-0",
  });
  expect(namesOf(state)).toEqual(["a", "a copy 2", "a copy", "b", "c", "Deny 2"]);
  expect(new Set(state.rules.map(({ key }) => key)).size).toBe(6);
});

test("a reset gives every rule a new key, so that its fields are rendered again", () => {
  const back = editRules(
    editRules(start, { type: "change", key: "rule-0", change: { name: "changed" } }),
    { type: "reset", rules: [rule("a")] },
  );
  expect(namesOf(back)).toEqual(["a"]);
  expect(start.rules.map(({ key }) => key)).not.toContain(back.rules[0]?.key);
});

test("rules are compared by order and by every part, but not by the order of properties", () => {
  const { name, ...rest } = rule("a");
  expect(sameRules([rule("a")], [{ ...rest, name }])).toBe(true);
  expect(sameRules([rule("a"), rule("b")], [rule("b"), rule("a")])).toBe(false);
  expect(sameRules([rule("a")], [{ ...rule("a"), paths: ["/"] }])).toBe(false);
});
