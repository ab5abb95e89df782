import { describe, expect, test } from "vitest";
import { canonicalNetwork, inNetworks, networkOf, parseNetwork } from "./network";

describe("a network has one way to be written", () => {
  test.each([
    ["10.20.30.40/16", "10.20.0.0/16"],
    ["10.20.0.0/16", "10.20.0.0/16"],
    ["192.0.2.7", "192.0.2.7/32"],
    [" 192.0.2.7/32 ", "192.0.2.7/32"],
    ["0.0.0.0/0", "0.0.0.0/0"],
    ["255.255.255.255/1", "128.0.0.0/1"],
    ["10.1.2.3/31", "10.1.2.2/31"],
    ["2001:DB8::/32", "2001:db8::/32"],
    ["2001:db8:0:0:0:0:0:1", "2001:db8::1/128"],
    ["2001:db8:1:2:3:4:5:6/48", "2001:db8:1::/48"],
    ["::/0", "::/0"],
    ["::1", "::1/128"],
    ["1:0:0:2:0:0:0:3", "1:0:0:2::3/128"],
    ["1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7/128"],
    ["::ffff:10.0.0.0/104", "10.0.0.0/8"],
    ["::ffff:a00:1", "10.0.0.1/32"],
    ["::ffff:0:0/96", "0.0.0.0/0"],
    ["64:ff9b::192.0.2.33", "64:ff9b::c000:221/128"],
    ["fe80::/10", "fe80::/10"],
  ])("%s is %s", (text, canonical) => {
    expect(canonicalNetwork(text)).toBe(canonical);
    expect(canonicalNetwork(canonical)).toBe(canonical);
  });
  test.each([
    "",
    " ",
    "/8",
    "10.0.0.0/33",
    "10.0.0.0/",
    "10.0.0.0/-1",
    "10.0.0.0/8/8",
    "10.0.0/8",
    "010.0.0.1",
    "10.0.0.256",
    "1.2.3.4.5",
    "0x0a.0.0.1",
    "2130706433",
    "2001:db8::/129",
    "2001:db8::1::2",
    ":::",
    "g::1",
    "fe80::1%eth0",
    "fe80::1%1/64",
    "::ffff:10.0.0.0/8",
    "::ffff:10.0.0.0/95",
    "::ffff:10.0.0.0/129",
    "example.com",
    "10.0.0.0/8, 10.1.0.0/16",
    "10.0.0.0/8\u0000",
    "*",
    "any",
    "10.0.0.0/1e1",
    "١٠.٠.٠.١",
  ])("%j is none, and is refused in words", (text) => {
    expect(() => parseNetwork(text)).toThrow(
      expect.objectContaining({
        code: "network.invalid",
        message: expect.stringContaining("10.20.0.0/16") as string,
      }),
    );
  });
});

describe("an address is in a network", () => {
  test.each([
    ["10.20.255.255", "10.20.0.0/16"],
    ["192.0.2.7", "192.0.2.7"],
    ["::ffff:10.20.1.1", "10.20.0.0/16"],
    ["10.20.1.1", "::ffff:10.20.0.0/112"],
    ["2001:db8:1::5", "2001:db8:1::/48"],
    ["2001:0DB8:1:ffff::", "2001:db8:1::/48"],
    ["203.0.113.9", "0.0.0.0/0"],
    ["2001:db8::1", "::/0"],
    ["10.1.2.3", "10.1.2.2/31"],
  ])("%s in %s", (ip, text) => {
    expect(inNetworks(ip, [text])).toBe(true);
  });
  test.each([
    ["10.21.0.0", "10.20.0.0/16"],
    ["10.19.255.255", "10.20.0.0/16"],
    ["192.0.2.8", "192.0.2.7"],
    ["2001:db8:2::5", "2001:db8:1::/48"],
    ["10.0.0.1", "::/0"],
    ["2001:db8::1", "0.0.0.0/0"],
    ["::a00:1", "10.0.0.0/8"],
    ["10.1.2.4", "10.1.2.2/31"],
    ["", "0.0.0.0/0"],
    ["localhost", "0.0.0.0/0"],
    ["10.0.0.1, 10.0.0.2", "0.0.0.0/0"],
    ["fe80::1%eth0", "::/0"],
    ["10.0.0.1/8", "10.0.0.0/8"],
    ["010.0.0.1", "0.0.0.0/0"],
    ["10.0.0.1 ", "0.0.0.0/0"],
  ])("%j not in %s", (ip, text) => {
    expect(inNetworks(ip, [text])).toBe(false);
  });
  test("one matching network is enough, an empty list contains no address, and a missing address is in no network", () => {
    expect(inNetworks("10.0.0.1", ["192.0.2.0/24", parseNetwork("10.0.0.0/8")])).toBe(true);
    expect(inNetworks("10.0.0.1", [])).toBe(false);
    expect(inNetworks(null, ["0.0.0.0/0", "::/0"])).toBe(false);
  });
  test("every length agrees with counting bits by hand", () => {
    const value = (ip: string): bigint =>
      ip.split(".").reduce((sum, part) => sum * 256n + BigInt(part), 0n);
    for (const [ip, base] of [
      ["172.16.5.9", "172.16.5.8"],
      ["128.0.0.1", "0.0.0.1"],
      ["10.255.255.255", "10.254.255.255"],
      ["1.2.3.4", "1.2.3.4"],
    ] as const) {
      for (let bits = 0; bits <= 32; bits++)
        expect(inNetworks(ip, [`${base}/${bits}`]), `${ip} in ${base}/${bits}`).toBe(
          (value(ip) ^ value(base)) >> BigInt(32 - bits) === 0n,
        );
    }
  });
});

test("addresses are grouped by /24 and /48", () => {
  expect(networkOf("10.20.30.40")).toBe("10.20.30.0/24");
  expect(networkOf("::ffff:10.20.30.40")).toBe("10.20.30.0/24");
  expect(networkOf("2001:db8:1:2::5")).toBe("2001:db8:1::/48");
  for (const none of [null, "", "x", "10.0.0.0/8", "fe80::1%eth0"])
    expect(networkOf(none)).toBeNull();
});
