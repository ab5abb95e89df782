import { expect, test } from "vitest";
import { canonicalAddress } from "./entry-address";

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
  expect(canonicalAddress(said)).toBe(expected);
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
  expect(canonicalAddress(said)).toBeNull();
});
