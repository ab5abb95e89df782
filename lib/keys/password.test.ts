import { expect, test } from "vitest";
import { findPasswordProblem, makePassword } from "./password";

const fill = (octets: Uint8Array<ArrayBuffer>): void => {
  globalThis.crypto.getRandomValues(octets);
};

test("generated passwords have 25 characters that are hard to mistake, differ, and pass the check", () => {
  const made = Array.from({ length: 500 }, () => makePassword(fill));
  expect(new Set(made).size).toBe(500);
  for (const one of made) {
    expect(one).toMatch(/^(?:[a-km-zA-HJ-NP-Z2-9]{5}-){4}[a-km-zA-HJ-NP-Z2-9]{5}$/);
    expect(findPasswordProblem(one)).toBeNull();
  }
});

test("octets that would make some characters likelier are drawn again", () => {
  const octets = [255, 252, 0, 251];
  let at = 0;
  const password = makePassword((one) => {
    one[0] = octets[at++ % octets.length]!;
  });
  expect(password.replaceAll("-", "")).toMatch(/^(?:aZ|a.)+a?$/);
  expect(at).toBeGreaterThan(25);
});

test.each([
  ["short77", /at least 8/],
  ["", /at least 8/],
  ["pässword-long", /ASCII/],
  ["tab\tin-password", /ASCII/],
  ["x".repeat(129), /at most 128/],
])("the password %j is refused", (password, why) => {
  expect(findPasswordProblem(password)).toMatch(why);
});
