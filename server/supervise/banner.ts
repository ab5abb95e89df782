import type { Env } from "@/lib/env";
import type { Ports } from "./child";
import { isLoopback } from "./loopback";
import type { RunningChancery } from "./supervise";

/** What an operator needs after a start: where to go, and what is where. */
export function banner(env: Env, running: RunningChancery): string {
  const lines = [
    "",
    "  Chancery is running.",
    "",
    ...places(env, running.ports).map(([what, where]) => `  ${what.padEnd(14)}${where}`),
    `  ${"Data".padEnd(14)}${running.dataFolder}`,
    `  ${"Database".padEnd(14)}${running.databaseWhat}`,
    `  ${"Sealing key".padEnd(14)}${running.kekFrom}`,
    "",
    ...(running.setUp
      ? []
      : env.CHANCERY_ADMIN_EMAIL
        ? ["  It is being set up as the environment says (CHANCERY_ADMIN_EMAIL).", ""]
        : setupLines(consoleUrl(env.CHANCERY_HOST, running.ports), running.setupToken)),
    "  Ctrl-C stops it. Nothing is lost.",
    "",
  ];
  return `${lines.join("\n")}\n`;
}

function places(
  { CHANCERY_HOST: host, CHANCERY_PUBLIC_URL: publicUrl }: Env,
  ports: Ports,
): [string, string][] {
  const { http, https, mtls } = ports;
  const name = isLoopback(host) || isWildcard(host) ? "localhost" : inUrl(host);
  return [
    ["Console", consoleUrl(host, ports)],
    ["HTTPS", `https://${name}:${https}`],
    ["Mutual TLS", `https://${name}:${mtls}`],
    ["CRL and OCSP", `${publicUrl}   (the address that certificates carry)`],
    ...(isLoopback(host)
      ? []
      : [
          [
            "Plain HTTP",
            `http://${name}:${http}   beyond this machine: CRL, OCSP and CA certificates only`,
          ] as [string, string],
        ]),
  ];
}

/** People on this machine may use plain HTTP; everybody else comes over HTTPS. */
function consoleUrl(host: string, { http, https }: Ports): string {
  return isLoopback(host) || isWildcard(host)
    ? `http://localhost:${http}`
    : `https://${inUrl(host)}:${https}`;
}

function setupLines(console: string, token: string): string[] {
  return [
    "  Set it up here. The link works once; a restart prints a new one.",
    "",
    `  ${console}/setup?token=${token}`,
    "",
  ];
}

const isWildcard = (host: string) => host === "0.0.0.0" || host === "::";
const inUrl = (host: string) => (host.includes(":") ? `[${host}]` : host);
