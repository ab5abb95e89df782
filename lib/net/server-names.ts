import { parseAddress } from "./address";

export type ServerNames = Readonly<{ dns: readonly string[]; ips: readonly string[] }>;

/**
 * The hostnames and addresses of this gateway: those of the loopback interface, CHANCERY_HOST, and
 * the host of CHANCERY_PUBLIC_URL.
 */
export function serverNames(host: string, publicUrl: string): ServerNames {
  const publicHost = new URL(publicUrl).hostname.replaceAll(/^\[|\]$/g, "");
  const all = ["localhost", "127.0.0.1", "::1", host, publicHost].map((name) => name.toLowerCase());
  // An address that means "every interface" names no host.
  const useful = [...new Set(all)].filter(
    (name) => name !== "" && name !== "0.0.0.0" && name !== "::",
  );
  return {
    dns: useful.filter((name) => parseAddress(name) === null),
    ips: useful.filter((name) => parseAddress(name) !== null),
  };
}
