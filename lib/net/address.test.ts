import { isIP } from "node:net";
import { expect, test } from "vitest";
import {
  canonicalAddress,
  formatIp,
  isLoopback,
  isLoopbackName,
  parseIp,
  recordedAddress,
} from "./address";

test.each([
  ["192.0.2.7", "192.0.2.7"],
  ["0.0.0.0", "0.0.0.0"],
  ["255.255.255.255", "255.255.255.255"],
  ["::ffff:192.0.2.7", "192.0.2.7"],
  ["::FFFF:C000:207", "192.0.2.7"],
  ["::1", "::1"],
  ["::", "::"],
  ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
  ["fe80::1%eth0", "fe80::1"],
  ["2001:db8::192.0.2.33", "2001:db8::c000:221"],
])("writes %s as %s", (said, expected) => {
  expect(recordedAddress(said)).toBe(expected);
});

test.each(
  [
    [
      "",
      "1",
      "1.2.3",
      "1.2.3.4.5",
      "1.2.3.4.",
      "256.0.0.1",
      "01.2.3.4",
      "1.2.3.4:80",
      "0x7f.1",
      "localhost",
      " 1.2.3.4",
      "1.2.3.4\n",
      "10.0.0.0/8",
      ":",
      ":::",
      "1::2::3",
      "2001:db8::g",
      "[::1]",
      "::1]/x[",
      "::1/64",
      "::ffff:256.0.0.1",
      "1:2:3:4:5:6:7:8:9",
      "::1\u0000",
      "unknown",
    ],
  ].flat(),
)("takes %j for no address", (said) => {
  expect(recordedAddress(said)).toBeNull();
});

test("an address has one form", () => {
  expect(canonicalAddress("::FFFF:192.0.2.1")).toBe("192.0.2.1");
  expect(canonicalAddress(" 2001:DB8:0::1 ")).toBe("2001:db8::1");
  for (const none of ["", "10.0.0.1:443", "[::1]", "unknown", "_hidden"])
    expect(canonicalAddress(none)).toBeNull();
});

test("a zone is dropped from what is recorded, and an address with one decides nothing", () => {
  expect(recordedAddress("fe80::1%eth0")).toBe("fe80::1");
  expect(canonicalAddress("fe80::1%eth0")).toBeNull();
  expect(recordedAddress("192.0.2.7%eth0")).toBeNull();
});

test("an address is exactly what Node.js takes for one without a zone, and its text is read back as the same octets", () => {
  const parts = [
    "::",
    ":",
    "0",
    "1",
    "ff",
    "00ff",
    "fffff",
    "1.2.3.4",
    "1.2.3",
    "256",
    ".",
    "g",
    " ",
  ];
  let state = 1;
  const next = (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
  let addresses = 0;
  for (let turn = 0; turn < 40_000; turn++) {
    const text =
      turn % 2 === 0
        ? Array.from({ length: 1 + next(9) }, () => parts[next(parts.length)]).join(
            turn % 4 === 0 ? ":" : "",
          )
        : Array.from({ length: 8 }, () => next(4) && next(65_536).toString(16))
            .join(":")
            .replace(/(?:^|:)0:0(?::0)*(?::|$)/, "::");
    const octets = parseIp(text);
    expect([text, octets !== null]).toEqual([text, isIP(text) !== 0]);
    if (octets === null) continue;
    addresses += 1;
    expect(parseIp(formatIp(octets))).toEqual(octets);
    expect(formatIp(octets)).toBe(
      octets.length === 4 ? text : new URL(`http://[${text}]/`).hostname.slice(1, -1),
    );
  }
  expect(addresses).toBeGreaterThan(10_000);
});

test.each([
  ["127.0.0.1", true],
  ["127.255.0.9", true],
  ["::1", true],
  ["::ffff:127.0.0.1", true],
  ["128.0.0.1", false],
  ["::2", false],
  ["127.1", false],
  ["localhost", false],
  [null, false],
])("%j is loopback: %s", (text, expected) => {
  expect(isLoopback(text)).toBe(expected);
});

test.each([
  ["localhost", true],
  ["a.localhost", true],
  ["127.0.0.1", true],
  ["::1", true],
  ["127.0.0.1.example.com", false],
  ["localhost.example.com", false],
  ["", false],
])("the name %j means this machine: %s", (name, expected) => {
  expect(isLoopbackName(name)).toBe(expected);
});
