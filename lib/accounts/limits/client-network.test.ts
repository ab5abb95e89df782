import { expect, test } from "vitest";
import { clientNetwork, wideNetwork } from "./client-network";

test("addresses of one IPv6 network count as one", () => {
  expect(clientNetwork("2001:db8:1:2:3:4:5:6")).toBe(clientNetwork("2001:db8:1:2::1"));
  expect(clientNetwork("2001:db8:1:3::1")).not.toBe(clientNetwork("2001:db8:1:2::1"));
  expect(clientNetwork("::1")).toBe("0:0:0:0::/64");
  expect(clientNetwork("192.0.2.7")).toBe("192.0.2.7");
  expect(clientNetwork("::ffff:192.0.2.7")).toBe("192.0.2.7");
  expect(clientNetwork(null)).toBe("unknown");
});

test("the networks of one site or customer count together at a higher limit", () => {
  expect(wideNetwork("192.0.2.7")).toBe(wideNetwork("192.0.2.200"));
  expect(wideNetwork("2001:db8:1:2::1")).toBe(wideNetwork("2001:db8:1:ffff::1"));
  expect(wideNetwork("2001:db8:2::1")).not.toBe(wideNetwork("2001:db8:1::1"));
  expect(wideNetwork(null)).toBe("unknown");
});
