import { createHash } from "node:crypto";
import { domainToASCII, domainToUnicode as nodeToUnicode } from "node:url";
import { expect, test } from "vitest";
import { domainToAscii, domainToUnicode } from "./idn";

const hosts = [
  "bücher.example",
  "BÜCHER.example",
  "pay.example.com",
  "straße.example",
  "日本語.example",
  "пример.example",
  "☃.example",
  "a‍b.example",
  "xn--bcher-kva.example",
  "XN--BCHER-KVA.example",
  "xn--a.example",
  "xn--.example",
  "xn--pay-.example",
  "xn--99999999.example",
  "faß.de",
  "untouched.invalid",
  "1.2.3.4",
  "0x7f.1",
  "a b.example",
  "a:80",
  "a/b",
  "a@b",
  "",
  ".",
  "a..b",
  "x".repeat(64),
  "。.example",
];

test.each(hosts)("the A-label form of %j is what node:url makes of it", (host) => {
  expect(domainToAscii(host)).toBe(domainToASCII(host));
});

/** 4,000 labels from a fixed sequence: letters, digits and hyphens as an attacker would try them. */
const labels = Array.from({ length: 4000 }, (_none, at) => {
  const digest = createHash("sha256").update(`label ${at}`).digest();
  const length = 2 + (digest[0]! % 9);
  const characters = "abcdefghijklmnopqrstuvwxyz0123456789-";
  return `xn--${Array.from(digest.subarray(1, 1 + length), (octet) => characters[octet % 37]).join("")}`;
});

test("a label counts as an A-label exactly if it does with node:url, for 4,000 made-up labels", () => {
  const isALabel = (decoded: string, label: string, toAscii: (text: string) => string) =>
    decoded !== "" && !/^[ -~]*$/.test(decoded) && toAscii(decoded) === label;
  const differ = labels.filter(
    (label) =>
      isALabel(domainToUnicode(label), label, domainToAscii) !==
      isALabel(nodeToUnicode(label), label, domainToASCII),
  );
  expect(differ).toEqual([]);
  expect(labels.some((label) => domainToUnicode(label) !== label)).toBe(true);
});

test("each letter from U+0080 to U+FFFF comes back from its A-label as with node:url", () => {
  const differ: string[] = [];
  for (let point = 0x80; point <= 0xffff; point += 1) {
    if (point >= 0xd800 && point <= 0xdfff) continue;
    const host = `a${String.fromCodePoint(point)}.example`;
    const ascii = domainToASCII(host);
    if (domainToAscii(host) !== ascii) differ.push(host);
    if (ascii.startsWith("xn--") && domainToUnicode(ascii) !== nodeToUnicode(ascii))
      differ.push(host);
  }
  expect(differ).toEqual([]);
});
