import type { Env } from "@/lib/env";
import { isLoopback } from "./loopback";
import type { RunningChancery } from "./supervise";

/** What an operator needs after a start: where to go, and what is where. */
export function banner(env: Env, running: RunningChancery): string {
  const lines = [
    "",
    "  Chancery is running.",
    "",
    ...places(env).map(([what, where]) => `  ${what.padEnd(14)}${where}`),
    `  ${"Data".padEnd(14)}${running.dataFolder}`,
    `  ${"Database".padEnd(14)}${running.databaseWhat}`,
    `  ${"Sealing key".padEnd(14)}${running.kekFrom}`,
    "",
    ...(running.setUp ? [] : setupLines(env, running.setupToken)),
    "  Ctrl-C stops it. Nothing is lost.",
    "",
  ];
  return `${lines.join("\n")}\n`;
}

function places(env: Env): [string, string][] {
  const { CHANCERY_HOST: host, CHANCERY_HTTP_PORT: http, CHANCERY_HTTPS_PORT: https, CHANCERY_MTLS_PORT: mtls } = env;
  const name = isLoopback(host) || isWildcard(host) ? "localhost" : inUrl(host);
  return [
    ["Console", `${consoleUrl(env)}`],
    ["HTTPS", `https://${name}:${https}`],
    ["Mutual TLS", `https://${name}:${mtls}`],
    ["CRL and OCSP", `${env.CHANCERY_PUBLIC_URL}   (the address that certificates carry)`],
    ...(isLoopback(host) ? [] : [["Plain HTTP", `http://${name}:${http}   beyond this machine: CRL, OCSP and CA certificates only`] as [string, string]]),
  ];
}

/** People on this machine may use plain HTTP; everybody else comes over HTTPS. */
function consoleUrl(env: Env): string {
  const { CHANCERY_HOST: host } = env;
  return isLoopback(host) || isWildcard(host) ? `http://localhost:${env.CHANCERY_HTTP_PORT}` : `https://${inUrl(host)}:${env.CHANCERY_HTTPS_PORT}`;
}

function setupLines(env: Env, token: string): string[] {
  return [
    "  Set it up here. The link works once; a restart prints a new one.",
    "",
    `  ${consoleUrl(env)}/setup?token=${token}`,
    "",
  ];
}

const isWildcard = (host: string) => host === "0.0.0.0" || host === "::";
const inUrl = (host: string) => (host.includes(":") ? `[${host}]` : host);
