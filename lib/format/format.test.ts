import { describe, expect, test } from "vitest";
import { certificateState, expiringWindowMs } from "./certificate-state";
import { formatBytes, formatCount, formatShare, formatList, plural } from "./count";
import { formatDuration, parseDuration } from "./duration";
import { colonHex, cutMiddle, groupHex, plainHex, shortHex } from "./identifier";
import { stateMeanings, states, stateLabels } from "./state";
import {
  formatDay,
  formatExact,
  formatIso,
  formatMinute,
  formatRelative,
  isTimeZone,
} from "./time";

const now = new Date("2026-11-23T02:38:07.500Z");
const after = (seconds: number) => new Date(now.getTime() + seconds * 1000);

describe("relative time", () => {
  test.each([
    [0, "just now"],
    [-59, "just now"],
    [3, "just now"],
    [30, "in under a minute"],
    [-60, "1 minute ago"],
    [60, "in 1 minute"],
    [-119, "1 minute ago"],
    [-89 * 60, "89 minutes ago"],
    [-119 * 60, "119 minutes ago"],
    [-120 * 60, "2 hours ago"],
    [36 * 3600, "in 36 hours"],
    [-48 * 3600, "2 days ago"],
    [89.9 * 86_400, "in 89 days"],
    [-100 * 86_400, "3 months ago"],
    [3650 * 86_400, "in 9 years"],
    [-731 * 86_400, "2 years ago"],
  ])("a time %d seconds away reads %s", (seconds, text) => {
    expect(formatRelative(after(seconds), now)).toBe(text);
  });
  test("a relative time never rounds up", () => {
    expect(formatRelative(after(2 * 86_400 - 1), now)).toBe("in 47 hours");
  });
  test("of two times in a list, the earlier one never reads as the later one", () => {
    const unitSeconds = { minute: 60, hour: 3600, day: 86_400 } as const;
    const read = (seconds: number): number => {
      const [, count, unit] =
        /^(\d+) (minute|hour|day)s? ago$/.exec(formatRelative(after(-seconds), now)) ?? [];
      return Number(count) * unitSeconds[unit as keyof typeof unitSeconds];
    };
    const times = Array.from({ length: 8_000 }, (_, n) => read(60 + n * 1_000));
    expect(times).toEqual(times.toSorted((one, other) => one - other));
  });
  test.each(["", "yesterday", "2026-13-01T00:00:00Z", Number.NaN])(
    "%s is rejected instead of being shown",
    (at) => {
      expect(() => formatRelative(at, now)).toThrow(RangeError);
    },
  );
});

describe("exact time", () => {
  test("an exact time is UTC to the second by default", () => {
    expect(formatExact(now)).toBe("2026-11-23 02:38:07 UTC");
  });
  test("an exact time in another zone has its offset, and its day", () => {
    expect(formatExact(now, "America/New_York")).toBe("2026-11-22 21:38:07 -05:00");
    expect(formatExact(now, "Asia/Kolkata")).toBe("2026-11-23 08:08:07 +05:30");
    expect(formatExact(now, "Europe/London")).toBe("2026-11-23 02:38:07 +00:00");
    expect(formatDay(now, "America/New_York")).toBe("2026-11-22");
  });
  test("midnight is written as 00, not 24", () => {
    expect(formatMinute("2026-11-23T23:00:00Z", "Europe/Berlin")).toBe("2026-11-24 00:00 +01:00");
  });
  test("the notAfter 9999-12-31 can be shown", () => {
    expect(formatExact("9999-12-31T23:59:59Z")).toBe("9999-12-31 23:59:59 UTC");
  });
  test("milliseconds are omitted in machine-readable times", () => {
    expect(formatIso(now)).toBe("2026-11-23T02:38:07Z");
  });
  test("an unknown time zone is recognized", () => {
    expect(isTimeZone("Europe/Berlin")).toBe(true);
    expect(isTimeZone("<script>")).toBe(false);
    expect(isTimeZone("")).toBe(false);
  });
});

describe("identifiers", () => {
  test("hex is accepted in every form in which people paste it", () => {
    expect(plainHex("3F:2a 9C-01")).toBe("3f2a9c01");
  });
  test("hex is grouped, with an odd remainder last", () => {
    expect(groupHex("3f2a9c01f")).toBe("3f2a 9c01 f");
  });
  test("hex is printed in pairs as openssl does", () => {
    expect(colonHex("3f2a9c")).toBe("3F:2A:9C");
  });
  test("empty hex has no groups", () => {
    expect([groupHex(""), colonHex("")]).toEqual(["", ""]);
  });
  test("text is shortened in the middle, never at its ends", () => {
    expect(cutMiddle("abcdefghijklmnopqrstuvwxyz", 3, 2)).toBe("abc…yz");
  });
  test("text that would not become shorter is unchanged", () => {
    expect(cutMiddle("abcdef", 3, 2)).toBe("abcdef");
  });
  test("shortening doesn't split a surrogate pair", () => {
    expect(cutMiddle("🜁🜂🜃🜄🜅", 1, 1)).toBe("🜁…🜅");
  });
  test("a fingerprint is shortened to its first and last groups", () => {
    expect(shortHex("3f2a9c0100000000000000000000000077b2d0e1")).toBe("3f2a 9c01 … 77b2 d0e1");
    expect(shortHex("3f2a9c0177b2")).toBe("3f2a 9c01 77b2");
  });
});

describe("counts", () => {
  test.each([
    [0, "0"],
    [999, "999"],
    [1000, "1,000"],
    [1_234_567, "1,234,567"],
    [-1000, "-1,000"],
    [12345678901234567890n, "12,345,678,901,234,567,890"],
  ])("%d is grouped by commas", (value, text) => {
    expect(formatCount(value)).toBe(text);
  });
  test("the singular is used for one only", () => {
    expect([
      plural(0, "entry", "entries"),
      plural(1, "entry", "entries"),
      plural(1n, "entry", "entries"),
      plural(2000, "key"),
    ]).toEqual(["0 entries", "1 entry", "1 entry", "2,000 keys"]);
  });
  test.each([
    [0, "0 bytes"],
    [1, "1 byte"],
    [1023, "1,023 bytes"],
    [1024, "1 KiB"],
    [1536, "1.5 KiB"],
    [65_536, "64 KiB"],
    [10_485_760, "10 MiB"],
  ])("%d bytes have a binary unit", (value, text) => {
    expect(formatBytes(value)).toBe(text);
  });
  test("a share is never rounded to 0% or 100%", () => {
    expect([
      formatShare(1, 100_000),
      formatShare(99_999, 100_000),
      formatShare(0, 0),
      formatShare(1, 3),
      formatShare(3, 3),
    ]).toEqual(["<1%", ">99%", "0%", "33%", "100%"]);
  });
  test("a list is joined as in a sentence", () => {
    expect([
      formatList([]),
      formatList(["a"]),
      formatList(["a", "b"]),
      formatList(["a", "b", "c"], "or"),
    ]).toEqual(["", "a", "a and b", "a, b or c"]);
  });
});

describe("durations", () => {
  test.each([
    [0, "0 seconds"],
    [1, "1 second"],
    [3600, "1 hour"],
    [90 * 86_400, "90 days"],
    [397 * 86_400, "397 days"],
    [365 * 86_400, "1 year"],
    [3650 * 86_400, "10 years"],
    [108_000, "1 day 6 hours"],
    [86_401, "1 day"],
    [5400, "1 hour 30 minutes"],
    [-5, "0 seconds"],
  ])("a duration of %d seconds reads %s", (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
  test.each([
    ["90 days", 7_776_000],
    ["8h", 28_800],
    ["2 years", 63_072_000],
    ["1.5 d", 129_600],
    ["30 min", 1800],
  ])("the duration %s is parsed", (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });
  test.each(["", "days", "90", "-1 day", "1 fortnight", "1e3 d", `${"9".repeat(20)} y`])(
    "%s is not parsed as a duration",
    (text) => {
      expect(parseDuration(text)).toBeNull();
    },
  );
});

describe("states", () => {
  const facts = {
    status: "valid",
    notBefore: after(-60 * 86_400),
    notAfter: after(30 * 86_400),
  } as const;
  test("every state has a label and a meaning", () => {
    expect(states.every((state) => stateLabels[state] && stateMeanings[state])).toBe(true);
  });
  test("a certificate is expiring in the last third of its lifetime, at most 30 days before it expires", () => {
    expect(expiringWindowMs(after(0), after(3 * 3600))).toBe(3600_000);
    expect(expiringWindowMs(after(0), after(3650 * 86_400))).toBe(30 * 86_400_000);
    expect(certificateState(facts, now)).toBe("expiring");
    expect(certificateState({ ...facts, notAfter: after(30 * 86_400 + 1) }, now)).toBe("valid");
  });
  test("a short-lived certificate and one of Chancery's own are valid until they expire: programs renew them", () => {
    const week = {
      status: "valid",
      notBefore: after(-6.9 * 86_400),
      notAfter: after(3600),
    } as const;
    expect(certificateState(week, now)).toBe("valid");
    expect(certificateState({ ...week, notBefore: after(-9 * 86_400) }, now)).toBe("expiring");
    expect(certificateState({ ...facts, identity: { kind: "system" } }, now)).toBe("valid");
    expect(certificateState({ ...facts, identity: { kind: "service" } }, now)).toBe("expiring");
  });
  test("a certificate with a successor is not expiring", () => {
    expect(certificateState({ ...facts, successorId: "crt_1" }, now)).toBe("valid");
  });
  test("a certificate is valid at notAfter itself, and expired a moment later, whatever the row says", () => {
    expect(certificateState({ ...facts, notAfter: now, successorId: "crt_1" }, now)).toBe("valid");
    expect(certificateState({ ...facts, notAfter: after(-0.001) }, now)).toBe("expired");
  });
  test.each([
    ["revoked", "revoked"],
    ["pending", "pending"],
    ["failed", "denied"],
  ] as const)("shows %s as decided, never as expired", (status, state) => {
    expect(certificateState({ ...facts, status, notAfter: after(-1) }, now)).toBe(state);
  });
  test("a certificate on hold is expired after notAfter", () => {
    expect(certificateState({ ...facts, status: "held" }, now)).toBe("hold");
    expect(certificateState({ ...facts, status: "held", notAfter: after(-1) }, now)).toBe(
      "expired",
    );
  });
  test("times are accepted in the form of JSON", () => {
    expect(
      certificateState(
        { status: "valid", notBefore: "2026-11-01T00:00:00Z", notAfter: "2027-11-01T00:00:00Z" },
        now,
      ),
    ).toBe("valid");
  });
});
