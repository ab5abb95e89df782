import { expect, test } from "vitest";
import { selectProblems } from "./select-problems";

const check = (problems: readonly string[], unlisted = 0) => ({
  count: problems.length + unlisted,
  problems,
  unlisted,
});
const decoys = (count: number): string[] =>
  Array.from(
    { length: count },
    (_none, n) => `The certificate crt_${n} is in the log but not in the table.`,
  );
const real =
  "Certificate host.example.com (crt_77): its status is issued in the table, but revoked according to the log.";

test("a thousand problems of one kind hide none of another kind, of the same check or another", () => {
  const tampered = "The bytes of entry 12 have another hash than is stored.";
  const selected = selectProblems([check([...decoys(1_000), real]), check([tampered]), check([])]);
  expect(selected.slice(0, 3)).toEqual([decoys(1)[0], real, tampered]);
  expect(selected.at(-1)).toMatch(
    /^\d+ more problems aren't listed here\. Run `npx chancery verify --live`/,
  );
});

test("everything is listed as long as there is room, and nothing is said to be left out", () => {
  const problems = [...decoys(20), real];
  expect(selectProblems([check(problems)]).toSorted()).toEqual(problems.toSorted());
});

test("problems without a description are counted as left out", () => {
  expect(selectProblems([check([real], 41)]).at(-1)).toMatch(/^41 more problems aren't/);
});

test("however many and long the problems are, they fit into an entry", () => {
  const long = Array.from(
    { length: 2_000 },
    (_none, n) => `${"x".repeat(n)} ${"😀".repeat(3_000)}`,
  );
  const bytes = Buffer.byteLength(
    JSON.stringify(selectProblems([check(long), check(decoys(2_000))])),
  );
  expect(bytes).toBeLessThan(60_000);
});
