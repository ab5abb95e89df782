import { createHash } from "node:crypto";
import { isIPv6 } from "node:net";
import type { AttemptLimit } from "@/lib/accounts/attempt-repository";

export const failuresPerAccount = 5,
  failuresPerAddress = 20;

/** Keys to count attempts by. The account's is of what was typed, so an unknown account locks just as a known one does. */
export function attemptLimits(
  email: string,
  ip: string | null,
): readonly [account: AttemptLimit, address: AttemptLimit] {
  const digest = createHash("sha256").update(email).digest("hex");
  return [
    { key: `account:${digest}`, limit: failuresPerAccount },
    { key: `address:${networkOf(ip)}`, limit: failuresPerAddress },
  ];
}

/** An IPv6 client owns its /64: counting single addresses would give it 2^64 tries. */
export function networkOf(ip: string | null): string {
  if (ip === null || !isIPv6(ip)) return ip ?? "unknown";
  const [head = "", tail] = ip.split("::");
  const before = head === "" ? [] : head.split(":"),
    after = tail ? tail.split(":") : [];
  const gap = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const groups = [...before, ...Array<string>(gap).fill("0"), ...after].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group || "0", 16).toString(16)).join(":")}::/64`;
}
