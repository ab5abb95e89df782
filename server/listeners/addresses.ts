import { isIP } from "node:net";

/** Text of a peer's address as it goes on the record: IPv4 inside IPv6 becomes IPv4, a zone is cut, anything else is null. */
export function plainAddress(address: string | undefined): string | null {
  if (address === undefined) return null;
  const bare =
    address.startsWith("::ffff:") && address.includes(".")
      ? address.slice(7)
      : address.split("%")[0]!;
  return isIP(bare) === 0 ? null : bare;
}

/** True for an address that only this machine can use (127.0.0.0/8, ::1). */
export function isLoopback(address: string | null): boolean {
  return (
    address !== null && (address === "::1" || (isIP(address) === 4 && address.startsWith("127.")))
  );
}

/** The name in a Host header without its port, lower case; null if there is none or it is not a host. */
export function hostName(header: string | undefined): string | null {
  if (header === undefined) return null;
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i.exec(header);
  return match?.[1] === undefined ? null : match[1].toLowerCase().replaceAll(/^\[|\]$/g, "");
}

/** True for a name that means this machine itself. */
export function isLoopbackName(name: string): boolean {
  return name === "localhost" || name.endsWith(".localhost") || isLoopback(name);
}
