import { expect, test } from "vitest";
import { usualWindow } from "./renewal-info";

const hourMs = 3_600_000;
const issuedAt = Date.UTC(2026, 0, 1);
/** A certificate that was issued in that second of one minute. */
const issuedIn = (second: number, hours: number) => ({
  notBefore: new Date(issuedAt + second * 1000),
  notAfter: new Date(issuedAt + second * 1000 + hours * hourMs),
});

/** 10,000 places between 0 and 1 without a pattern: the golden ratio's multiples. */
const places = Array.from({ length: 10_000 }, (_none, at) => (at * 0.618_033_988_75) % 1);

test("10,000 certificates issued within a minute renew over an hour without a peak: no minute has more than 1.2 times its share", () => {
  const perMinute = new Map<number, number>();
  for (const [at, place] of places.entries()) {
    const { start, end } = usualWindow(issuedIn(at % 60, 10));
    const moment = start.getTime() + place * (end.getTime() - start.getTime());
    const minute = Math.floor(moment / 60_000);
    perMinute.set(minute, (perMinute.get(minute) ?? 0) + 1);
  }
  expect(perMinute.size).toBeGreaterThanOrEqual(60);
  expect(Math.max(...perMinute.values())).toBeLessThan((places.length / 60) * 1.2);
});
test.each([
  [1, "an hour"],
  [24, "a day"],
  [24 * 90, "90 days"],
])(
  "the window of a certificate for %d hours is a tenth of its lifetime, and a quarter is left after it",
  (hours) => {
    const { notBefore, notAfter } = issuedIn(0, hours);
    const { start, end, retryAfterSeconds } = usualWindow({ notBefore, notAfter });
    const lifetime = notAfter.getTime() - notBefore.getTime();
    expect((end.getTime() - start.getTime()) / lifetime).toBeCloseTo(0.1, 2);
    expect((notAfter.getTime() - end.getTime()) / lifetime).toBeGreaterThan(0.25);
    // Whoever asks that often sees the window before it is over.
    expect(retryAfterSeconds * 1000).toBeLessThan(end.getTime() - start.getTime());
  },
);
