import { expect, test } from "vitest";
import { successorName } from "./successor-name";

test.each([
  ["Example Issuing CA", "Example Issuing CA 2"],
  ["Example Issuing CA 2", "Example Issuing CA 3"],
  ["Example Issuing CA 9", "Example Issuing CA 10"],
  ["2026", "2026 2"],
  ["CA 123456", "CA 123456 2"],
  ["x".repeat(64), `${"x".repeat(62)} 2`],
  [`${"x".repeat(60)} 999`, `${"x".repeat(59)} 1000`],
])("the CA that replaces %s is proposed as %s", (name, next) => {
  expect(successorName(name)).toBe(next);
});

test("a proposed name never has more than the 64 characters of a common name", () => {
  for (const name of ["é".repeat(64), "𝔘".repeat(64), `${"x".repeat(61)} 99`])
    expect(Array.from(successorName(name)).length).toBeLessThanOrEqual(64);
});
