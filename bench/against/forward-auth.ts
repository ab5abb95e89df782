import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { frontConfig, setUpForwardAuth, startNginx, upstreamConfig } from "../_forward-auth";
import { has, type Running, wrk } from "../_tools";
import { type Build, startBuilds } from "./_build";
import { compare, reportIdle, type Work } from "./_rounds";

// Forward auth through nginx, this clone compared with another commit: the same client, policy and
// service, under wrk. wrk presents no client certificate, so nginx passes the same one for all.
const missing = ["wrk", "nginx", "openssl"].filter((program) => !has(program));
if (missing.length > 0)
  throw new Error(
    `This benchmark needs ${missing.join(", ")} (apt-get install ${missing.join(" ")}).`,
  );

const setting = (name: string, fallback: number): number => Number(process.env[name] ?? fallback);
const rounds = setting("BENCH_ROUNDS", 8);
const connections = setting("BENCH_CONNECTIONS", 32);
const seconds = setting("BENCH_SECONDS", 8);
const folder = mkdtempSync(join(tmpdir(), "chancery-bench-forward-"));
const running: Running[] = [];

/** The address of a service behind nginx, which asks this build about each request. */
async function guardService(build: Build): Promise<string> {
  const place = join(folder, build.age);
  mkdirSync(place);
  for (const path of [folder, place]) chmodSync(path, 0o755);
  await setUpForwardAuth(place, build.url, build.api);
  const upstream = await startNginx(place, "upstream", upstreamConfig(place));
  running.push(upstream);
  const front = await startNginx(place, "front", frontConfig(place, build.mtlsPort, upstream.port));
  running.push(front);
  const url = `${front.url}/v1/payments/7?x=1`;
  for (let left = 40; left > 0; left--) {
    if ((await fetch(url)).status === 200) return url;
    await pause(200);
  }
  throw new Error(`Forward auth of ${build.label} doesn't allow the request.`);
}

async function load(url: string, duration: number): Promise<Work> {
  const rate = await wrk(folder, { url, connections, seconds: duration });
  const requests = Math.round(rate.perSecond * duration);
  return {
    answered: requests - rate.errors,
    refused: rate.errors,
    seconds: duration,
    p99Ms: milliseconds(rate.p99),
  };
}

/** `41.2ms`, as wrk prints it. */
function milliseconds(text: string): number {
  const [, value, unit] = /^([\d.]+)(us|ms|s)$/.exec(text) ?? [];
  return Number(value) * { us: 0.001, ms: 1, s: 1000 }[unit as "us" | "ms" | "s"];
}

const builds = await startBuilds();
try {
  const urls = new Map<Build, string>();
  for (const build of builds) {
    const url = await guardService(build);
    urls.set(build, url);
    await load(url, seconds);
  }
  await reportIdle(builds);
  await compare(builds, {
    title: `Forward auth through nginx, ${connections} connections`,
    unit: "request",
    rounds,
    prepare: (build) => Promise.resolve(() => load(urls.get(build) ?? "", seconds)),
  });
} finally {
  await Promise.all(running.map(({ stop }) => stop()));
  await Promise.all(builds.map((build) => build.stop()));
  rmSync(folder, { recursive: true, force: true });
}
