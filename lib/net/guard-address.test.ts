import { describe, expect, test } from "vitest";
import { closedBecause, readAllowList } from "./guard-address";

const none: string[] = [];

describe("a delivery does not reach", () => {
  test.each([
    ["127.0.0.1", "loopback"],
    ["127.255.255.254", "loopback"],
    ["::1", "loopback"],
    ["::ffff:127.0.0.1", "loopback"],
    ["::ffff:7f00:1", "loopback"],
    ["0:0:0:0:0:ffff:7f00:0001", "loopback"],
    ["64:ff9b::7f00:1", "loopback"],
    ["2002:7f00:1::", "loopback"],
    ["::127.0.0.1", "loopback"],
    ["0.0.0.0", "unspecified"],
    ["0.1.2.3", "unspecified"],
    ["::", "unspecified"],
    ["169.254.169.254", "a cloud's metadata service"],
    ["64:ff9b::a9fe:a9fe", "a cloud's metadata service"],
    ["::ffff:169.254.169.254", "a cloud's metadata service"],
    ["fd00:ec2::254", "a cloud's metadata service"],
    ["100.100.100.200", "a cloud's metadata service"],
    ["169.254.0.7", "link-local"],
    ["fe80::1", "link-local"],
    ["febf::1", "link-local"],
    ["224.0.0.1", "multicast or broadcast"],
    ["255.255.255.255", "multicast or broadcast"],
    ["ff02::1", "multicast or broadcast"],
    ["fe80::1%eth0", "not an address"],
    ["localhost", "not an address"],
    ["", "not an address"],
    ["127.1", "not an address"],
  ])("%s", (address, why) => {
    expect(closedBecause("hooks.example.com", address, none)).toBe(why);
  });
});

test.each([
  "192.0.2.7",
  "10.1.2.3",
  "172.16.0.1",
  "192.168.1.1",
  "100.64.0.1",
  "128.0.0.1",
  "126.255.255.255",
  "2001:db8::1",
  "fd12:3456::1",
  "64:ff9b::c000:207",
  "2002:c000:207::1",
])("%s is reached: private networks are where receivers are", (address) => {
  expect(closedBecause("hooks.example.com", address, none)).toBeNull();
});

describe("what is closed opens", () => {
  test("for the host that is named, and no other", () => {
    const allow = readAllowList("Hooks.Internal.Example.com., 10.0.0.0/8");
    expect(closedBecause("hooks.internal.example.com", "127.0.0.1", allow)).toBeNull();
    expect(closedBecause("HOOKS.internal.example.com.", "127.0.0.1", allow)).toBeNull();
    for (const other of [
      "internal.example.com",
      "evil-hooks.internal.example.com",
      "hooks.internal.example.com.evil.example.net",
      "127.0.0.1",
      "localhost",
    ])
      expect(closedBecause(other, "127.0.0.1", allow)).toBe("loopback");
  });
  test("for the network that is named, in every way of writing it, and no wider", () => {
    const allow = readAllowList("127.0.0.2\n::1/128");
    expect(
      ["127.0.0.2", "::ffff:127.0.0.2", "::1"].map((address) =>
        closedBecause("a.example.com", address, allow),
      ),
    ).toEqual([null, null, null]);
    expect(closedBecause("a.example.com", "127.0.0.1", allow)).toBe("loopback");
  });
  test("for nothing, where the list is empty or a name of the list is only an address's text", () => {
    expect(readAllowList("  ,, ")).toEqual([]);
    expect(closedBecause("127.0.0.1", "127.0.0.1", ["127.0.0.1"])).toBeNull();
    expect(closedBecause("b.example.com", "127.0.0.1", readAllowList("a.example.com"))).toBe(
      "loopback",
    );
  });
});

test.each(["10.0.0.0/33", "10.0.0.0/8/8", "hooks/24"])(
  "%s in the list is refused when it is read",
  (word) => {
    expect(() => readAllowList(word)).toThrow(/is not a network/);
  },
);
