import { expect, test } from "vitest";
import { requestedWindow, usualWindow } from "./renewal-info";

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

const at = (hours: number): Date => new Date(issuedAt + hours * hourMs);
const ofDays = 24 * 90;
const usual = usualWindow(issuedIn(0, ofDays));

test("without a request for rotation the window is the usual one", () => {
  expect(requestedWindow(usual, null)).toEqual(usual);
});
test("the window of a requested rotation begins with the request and ends by its date, and is asked for as often as before", () => {
  const request = { requestedAt: at(10), replaceBy: at(178) };
  expect(requestedWindow(usual, request)).toEqual({
    start: at(10),
    end: at(178),
    retryAfterSeconds: usual.retryAfterSeconds,
  });
});
test.each([
  ["with a date after the usual window", { requestedAt: at(10), replaceBy: at(ofDays) }],
  [
    "made in the usual window",
    { requestedAt: new Date(usual.start.getTime() + hourMs), replaceBy: at(ofDays) },
  ],
  ["made after the usual window", { requestedAt: at(ofDays - 24), replaceBy: at(ofDays - 1) }],
])("a request %s delays nothing", (_what, request) => {
  const { start, end } = requestedWindow(usual, request);
  expect(start.getTime()).toBeLessThanOrEqual(usual.start.getTime());
  expect(end.getTime()).toBeLessThanOrEqual(usual.end.getTime());
  expect(end.getTime()).toBeGreaterThan(start.getTime());
});
test("the window of a request whose date is in the second of the request ends a second after it", () => {
  const moment = at(10).getTime();
  const request = { requestedAt: new Date(moment + 100), replaceBy: new Date(moment + 500) };
  const { start, end } = requestedWindow(usual, request);
  expect([start.getTime(), end.getTime()]).toEqual([moment + 100, moment + 1000]);
});
test("a request ends no later than the window of a planned rotation that it is made in", () => {
  const planned = { start: at(11), end: at(20), retryAfterSeconds: 21_600 };
  expect(requestedWindow(planned, { requestedAt: at(10), replaceBy: at(178) })).toEqual({
    ...planned,
    start: at(10),
  });
});
test("10,000 certificates that are requested at once renew over the whole of the time until the date, without a peak", () => {
  const { start, end } = requestedWindow(usual, { requestedAt: at(0), replaceBy: at(168) });
  const perDay = new Map<number, number>();
  for (const place of places) {
    const moment = start.getTime() + place * (end.getTime() - start.getTime());
    const day = Math.floor((moment - issuedAt) / (24 * hourMs));
    perDay.set(day, (perDay.get(day) ?? 0) + 1);
  }
  expect(perDay.size).toBe(7);
  expect(Math.max(...perDay.values())).toBeLessThan((places.length / 7) * 1.1);
});
