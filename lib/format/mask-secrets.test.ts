import { describe, expect, test } from "vitest";
import { maskSecrets } from "./mask-secrets";

const rest = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7-_bC0dF3gH6jK9mN";
const token = `chy_${rest}`;
const percent = (text: string): string =>
  text.replaceAll(/./g, (char) => `%${char.charCodeAt(0).toString(16)}`);
const upperPercent = (text: string): string => percent(text).toUpperCase();
const twice = (text: string): string => percent(text).replaceAll("%", "%25");

const spellings: readonly (readonly [string, string])[] = [
  ["as it is", token],
  ["with an escaped underscore", `chy%5F${rest}`],
  ["with a lower-case escape", `chy%5f${rest}`],
  ["escaped twice", `chy%255F${rest}`],
  ["escaped three times", `chy%25255F${rest}`],
  ["with an escaped first letter", `%63hy_${rest}`],
  ["with an escaped second letter", `c%68y_${rest}`],
  ["with an escaped third letter", `ch%79_${rest}`],
  ["with every letter of the prefix escaped", `${percent("chy_")}${rest}`],
  ["with every character escaped", percent(token)],
  ["with every character escaped in capitals", upperPercent(token)],
  ["with every character escaped twice", twice(token)],
  ["in capitals", token.toUpperCase()],
  ["as JSON", `chy\\u005f${rest}`],
  ["as JSON, first letter", `\\u0063hy_${rest}`],
  ["as a program's text", `chy\\x5f${rest}`],
  ["as HTML", `chy&#95;${rest}`],
  ["as HTML in hexadecimal", `&#x63;hy&#x5F;${rest}`],
  ["an invitation", `chy_inv_${rest}`],
  ["a webhook's key", `chw_${rest}`],
];
const places: readonly (readonly [string, (word: string) => string])[] = [
  ["alone", (word) => word],
  ["a segment of a path", (word) => `/api/v1/${word}/x`],
  ["a parameter", (word) => `/x?token=${word}&y=1`],
  ["an escaped parameter", (word) => `/x?next=%2Fsign-in%3Ftoken%3D${word}%26y`],
  ["after an escaped slash", (word) => `/%2F${word}`],
  ["a user agent", (word) => `curl/8 (Bearer ${word})`],
  ["glued to a word", (word) => `Bearer${word}`],
  ["after a dash", (word) => `x-${word}`],
];

describe.each(spellings)("a token %s", (_name, word) => {
  test.each(places)("is masked: %s", (_place, put) => {
    const masked = maskSecrets(put(word));
    expect(masked).toContain("chy_…");
    expect(masked.toLowerCase()).not.toContain("gh9jk2");
    expect(decodeURIComponent(decodeURIComponent(masked)).toLowerCase()).not.toContain("gh9jk2");
  });
});

test.each([
  "hierarchy_of_services",
  "hierarchy_",
  "chy_",
  "chy_short",
  "/api/v1/certificates?q=100%25",
  "crt_01kat8m2wq7h4z0c9d5e6f7g8j",
  "chancery",
  "%63",
  "&#99;",
  "oligarchy_and_monarchy_of_names",
  "Mozilla/5.0 (X11; Linux) Chrome/139.0",
  "",
])("%j is no token and stays", (text) => {
  expect(maskSecrets(text)).toBe(text);
});

test("in a path even the beginning of a token is masked", () => {
  expect(maskSecrets("/x/chy_ab", 1)).toBe("/x/chy_…");
});
test("long texts of beginnings are read in no time that grows with their square", () => {
  for (const piece of ["c", "%63", "chy", "%25", "chy_", "&#0", "\\u00"]) {
    const start = performance.now();
    maskSecrets(piece.repeat(Math.floor(65_536 / piece.length)));
    expect([piece, performance.now() - start < 300]).toEqual([piece, true]);
  }
});
