import { isIP } from "node:net";

export type OwnNames = Readonly<{ dns: readonly string[]; ips: readonly string[] }>;

/** The names under which this door is reached: this machine's own, CHANCERY_HOST, and the host of CHANCERY_PUBLIC_URL. */
export function ownNames(host: string, publicUrl: string): OwnNames {
  const publicHost = new URL(publicUrl).hostname.replaceAll(/^\[|\]$/g, "");
  const all = ["localhost", "127.0.0.1", "::1", host, publicHost].map((name) => name.toLowerCase());
  // An address that means "every interface" is no name of anything.
  const useful = [...new Set(all)].filter(
    (name) => name !== "" && name !== "0.0.0.0" && name !== "::",
  );
  return {
    dns: useful.filter((name) => isIP(name) === 0),
    ips: useful.filter((name) => isIP(name) !== 0),
  };
}
