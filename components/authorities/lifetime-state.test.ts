import { expect, test } from "vitest";
import { lifetimeState } from "./lifetime-state";

const now = new Date("2026-12-01T00:00:00Z");
const stateOf = (notBefore: string | null, notAfter: string | null, status = "active" as const) =>
  lifetimeState({ status, notBefore, notAfter }, now);

test.each([
  ["2026-01-01T00:00:00Z", "2036-01-01T00:00:00Z", "valid"],
  ["2018-01-01T00:00:00Z", "2027-11-30T00:00:00Z", "expiring"],
  ["2018-01-01T00:00:00Z", "2027-12-02T00:00:00Z", "valid"],
  ["2026-11-01T00:00:00Z", "2027-01-30T00:00:00Z", "valid"],
  ["2026-10-01T00:00:00Z", "2026-12-30T00:00:00Z", "expiring"],
  ["2018-01-01T00:00:00Z", "2026-11-30T23:59:59Z", "expired"],
])("a CA from %s to %s is %s", (notBefore, notAfter, state) => {
  expect(stateOf(notBefore, notAfter)).toBe(state);
});

test("a CA that isn't signed, or never will be, has no lifetime", () => {
  expect(stateOf(null, null)).toBe("pending");
  for (const status of ["pending", "failed"] as const)
    expect(
      lifetimeState(
        { status, notBefore: "2018-01-01T00:00:00Z", notAfter: "2036-01-01T00:00:00Z" },
        now,
      ),
    ).toBe("pending");
});
