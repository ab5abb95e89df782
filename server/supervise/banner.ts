import { isLoopbackName } from "@/lib/net/address";
import type { Env } from "@/lib/runtime/env";
import type { Ports } from "./child";
import type { RunningChancery } from "./supervise";

/** What an operator needs after a start: addresses and locations. */
export function banner(env: Env, running: RunningChancery): string {
  const lines = [
    "",
    running.demoPassword === null
      ? "  Chancery is running."
      : "  Chancery is running as a demonstration. Its 90 days of history are invented.",
    "",
    ...addresses(env, running.ports).map(([name, url]) => `  ${name.padEnd(14)}${url}`),
    ...running.roots.flatMap(({ name, sha256 }) => [
      `  ${"Root CA".padEnd(14)}${name}   (npx chancery root prints its certificate)`,
      `  ${"".padEnd(14)}SHA-256 ${sha256}`,
    ]),
    `  ${"Data".padEnd(14)}${running.dataFolder}`,
    `  ${"Database".padEnd(14)}${running.databaseText}`,
    `  ${"KEK".padEnd(14)}${running.kekFrom}`,
    `  ${"Processes".padEnd(14)}${running.boundaryText}`,
    `  ${"Node.js".padEnd(14)}${running.nodeVersions.join(", ")}`,
    "",
    ...(running.setUp
      ? []
      : env.CHANCERY_ADMIN_EMAIL
        ? ["  Setup is running from the environment (CHANCERY_ADMIN_EMAIL).", ""]
        : setupLines(consoleUrl(env.CHANCERY_HOST, running.ports), running.setupToken)),
    ...(running.demoPassword === null ? [] : signInLines(running.demoPassword)),
    "  Press Ctrl-C to stop it. No data is lost.",
    "",
  ];
  return `${lines.join("\n")}\n`;
}

function addresses(
  { CHANCERY_HOST: host, CHANCERY_PUBLIC_URL: publicUrl }: Env,
  ports: Ports,
): [string, string][] {
  const { http, https, mtls } = ports;
  const name = isLoopbackName(host) || isWildcard(host) ? "localhost" : inUrl(host);
  return [
    ["Console", consoleUrl(host, ports)],
    ["HTTPS", `https://${name}:${https}`],
    ["Mutual TLS", `https://${name}:${mtls}`],
    ["CRL and OCSP", `${publicUrl}   (the URL written into certificates)`],
    ...(isLoopbackName(host)
      ? []
      : [
          [
            "Plain HTTP",
            `http://${name}:${http}   from other machines: CRL, OCSP and CA certificates only`,
          ] as [string, string],
        ]),
  ];
}

/** Plain HTTP works on this machine; from other machines the console needs HTTPS. */
function consoleUrl(host: string, { http, https }: Ports): string {
  return isLoopbackName(host) || isWildcard(host)
    ? `http://localhost:${http}`
    : `https://${inUrl(host)}:${https}`;
}

/** The accounts that the demonstration makes. */
const signInLines = (password: string): string[] => [
  `  ${"Sign in as".padEnd(14)}admin@example.com       administrator`,
  `  ${"".padEnd(14)}operator@example.com    operator`,
  `  ${"".padEnd(14)}auditor@example.com     auditor`,
  `  ${"Password".padEnd(14)}${password}`,
  "",
];

function setupLines(console: string, token: string): string[] {
  return [
    "  Open this link to set it up. It works once; a restart prints a new one.",
    "",
    `  ${console}/setup?token=${token}`,
    "",
  ];
}

const isWildcard = (host: string) => host === "0.0.0.0" || host === "::";
const inUrl = (host: string) => (host.includes(":") ? `[${host}]` : host);
