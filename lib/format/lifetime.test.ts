import { describe, expect, test } from "vitest";
import { formatDuration, formatExactDuration, parseDuration } from "./duration";
import { describeLifetime, expirationOf, readLifetime } from "./lifetime";

const day = 86_400;

describe("a lifetime as people write it", () => {
  test.each([
    ["30", 30 * day],
    ["90d", 90 * day],
    ["90 days", 90 * day],
    ["6 months", 180 * day],
    ["1 month", 30 * day],
    ["12 months", 365 * day],
    ["18 months", (365 + 180) * day],
    ["2 weeks", 14 * day],
    ["1 year", 365 * day],
    ["1y", 365 * day],
    ["1 year 6 months", (365 + 180) * day],
    ["1 year and 6 months", (365 + 180) * day],
    ["1 year, 30 days", 395 * day],
    ["  45 DAYS ", 45 * day],
    ["1 day 6 hours", 108_000],
    ["8h", 28_800],
    ["30 min", 1800],
    ["1.5 years", 547.5 * day],
    ["1,008 days", 1008 * day],
  ])("%s is read", (text, seconds) => {
    expect(readLifetime(text)).toEqual({ kind: "span", seconds });
  });

  test.each([
    ["2027-06-30", "2027-06-30T23:59:59Z"],
    ["2027-06-30 12:00", "2027-06-30T12:00:00Z"],
    ["2027-06-30T12:00:01Z", "2027-06-30T12:00:01Z"],
    ["2028-02-29", "2028-02-29T23:59:59Z"],
  ])("%s is the end of it", (text, notAfter) => {
    expect(readLifetime(text)).toEqual({ kind: "until", notAfter });
    expect(expirationOf(readLifetime(text), 1, new Date(0))).toEqual(new Date(notAfter));
  });

  test.each(["", "   "])("%j leaves it to the profile", (text) => {
    expect(readLifetime(text)).toEqual({ kind: "default" });
  });

  test.each([
    "soon",
    "6 moons",
    "days",
    "-1 day",
    "+30",
    "1e3 d",
    "30 days 6 months",
    "6 months 6 months",
    "1 day x",
    "x 1 day",
    "1 dayhour",
    "1,5 days",
    "10,08 days",
    "2027-02-30",
    "2027-13-01",
    "2027-06-30 25:00",
    "30.06.2027",
    "06/30/2027",
    "0",
    "0 days",
    "0.1 s",
    "100000 years",
    `${"9".repeat(20)} y`,
  ])("%s can't be read, and the message says what can", (text) => {
    const lifetime = readLifetime(text);
    expect(lifetime).toEqual({
      kind: "unreadable",
      message: expect.stringMatching(/^(Enter|.* is not a date)/) as string,
    });
    expect(describeLifetime(lifetime, day)).toBeNull();
    expect(expirationOf(lifetime, day, new Date(0))).toBeNull();
  });

  test("a year alone is a number of days, as any other number is", () => {
    expect(readLifetime("2027")).toEqual({ kind: "span", seconds: 2027 * day });
  });
});

test("what each message proposes can be read", () => {
  for (const text of ["soon", "2027-02-30", "0", "100000 years"]) {
    const lifetime = readLifetime(text);
    const message = lifetime.kind === "unreadable" ? lifetime.message : "";
    const proposed = message.match(/\d+ (?:days|months|year\b)|\d{4}-\d\d-\d\d(?=\.$)/g) ?? [];
    for (const proposal of proposed) expect(readLifetime(proposal).kind).not.toBe("unreadable");
  }
});

test("an exact duration is read back unchanged, whatever it is", () => {
  const samples = [1, 59, 60, 3601, 90_061, 108_000, 365 * day, 365 * day + 1, 3650 * day];
  for (let index = 1; index <= 400; index += 1) samples.push((index * 7_919_977) % 315_360_000);
  for (const seconds of samples) {
    expect(parseDuration(formatExactDuration(seconds))).toBe(seconds);
    expect(readLifetime(formatExactDuration(seconds))).toEqual({ kind: "span", seconds });
  }
});

test("a duration with at most two units is read back as what it says", () => {
  for (const seconds of [1, 3600, 108_000, 90 * day, 365 * day, 3650 * day])
    expect(parseDuration(formatDuration(seconds))).toBe(seconds);
});

test("the end of a lifetime counts both its first and its last second", () => {
  const now = new Date("2026-11-29T12:00:00.600Z");
  expect(expirationOf(readLifetime("1 day"), day, now)?.toISOString()).toBe(
    "2026-11-30T11:59:59.000Z",
  );
  expect(expirationOf({ kind: "default" }, 2 * day, now)?.toISOString()).toBe(
    "2026-12-01T11:59:59.000Z",
  );
  expect(describeLifetime({ kind: "default" }, 2 * day)).toBe("2 days");
  expect(describeLifetime(readLifetime("6 months"), day)).toBe("180 days");
  expect(describeLifetime(readLifetime("2027-06-30"), day)).toBe("Until 2027-06-30 23:59:59 UTC");
});
