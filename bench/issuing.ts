import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { apiOf, startChancery } from "./_chancery";
import { makeRequest } from "./_requests";
import { has, opensslSignRate, printTable } from "./_tools";

// Certificates a second over the REST API, from real requests with a key each, durable (fsync on),
// linted and recorded, compared with the bare signature, for identities that hold their names. What
// is counted is checked: every certificate is two entries in the log, and nothing else was refused.
if (!has("wrk") || !has("openssl"))
  throw new Error("This benchmark needs wrk and openssl (apt-get install wrk openssl).");

const seconds = 5,
  levels = [1, 8, 32, 128],
  mostPerSecond = 3_000;
const folder = mkdtempSync(join(tmpdir(), "chancery-bench-issuing-"));
const chancery = await startChancery();
try {
  const api = apiOf(chancery),
    rows: Record<string, string | number>[] = [];
  const hosts: Readonly<{ identity: unknown; name: string }>[] = [];
  for (let at = 0; at < 300; at++) {
    const name = `host-${at}.example.com`;
    const { id } = await api("/identities", {
      kind: "service",
      name: `service ${at}`,
      owner: "benchmark@example.com",
      names: [{ type: "dns", value: name }],
    });
    hosts.push({ identity: id, name });
  }
  const bodyOf = (at: number) => {
    const { identity, name } = hosts[at % hosts.length]!;
    return JSON.stringify({ profile: "tls-server", identity, csr: makeRequest(name) });
  };
  const signs = opensslSignRate();
  await load(
    0,
    8,
    1,
    Array.from({ length: 1_000 }, (_none, at) => bodyOf(at)),
  );
  let made = 1_000;
  for (const connections of levels) {
    const bodies = Array.from(
      { length: Math.min(seconds * mostPerSecond, connections * seconds * 250) },
      (_none, at) => bodyOf(made + at),
    );
    made += bodies.length;
    const before = await entriesInLog();
    const result = await load(made, connections, seconds, bodies);
    const recorded = (await entriesInLog()) - before;
    rows.push({
      connections: String(connections),
      "certificates/s": result.created / result.seconds,
      p50: result.p50,
      p99: result.p99,
      refused: String(result.other),
      "entries per certificate": recorded / result.created,
      "of openssl speed": result.created / result.seconds / signs,
    });
  }
  printTable(rows);
  process.stdout.write(
    `openssl speed ecdsap256: ${Math.round(signs).toLocaleString("en")} signatures a second on one core\n`,
  );
} finally {
  await chancery.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function entriesInLog(): Promise<number> {
  for (let before = -1; ;) {
    const text = await (await fetch(`${chancery.url}/metrics`)).text();
    const size = Number(/^chancery_log_entries (\d+)/m.exec(text)?.[1]);
    if (size === before) return size;
    before = size;
    await new Promise((done) => setTimeout(done, 300));
  }
}

type Result = Readonly<{
  created: number;
  other: number;
  seconds: number;
  p50: string;
  p99: string;
}>;

/** Sends each body once, as fast as they are answered, until the time is over or none is left. */
async function load(
  run: number,
  connections: number,
  forSeconds: number,
  bodies: readonly string[],
): Promise<Result> {
  const list = join(folder, `bodies-${run}.txt`),
    script = join(folder, `issue-${run}.lua`);
  writeFileSync(list, bodies.join("\n"));
  writeFileSync(
    script,
    `
local bodies, at, created, other, first, last = {}, 0, 0, 0, nil, nil
for line in io.lines("${list}") do bodies[#bodies + 1] = line end
local headers = { ["Content-Type"] = "application/json", ["Authorization"] = "Bearer ${chancery.token}" }
request = function()
  at = at + 1
  if at > #bodies then wrk.thread:stop() at = #bodies end
  return wrk.format("POST", "/api/v1/certificates", headers, bodies[at])
end
local threads = {}
setup = function(thread) threads[#threads + 1] = thread end
statuses = { created = 0, other = 0 }
response = function(status) if status == 201 then statuses.created = statuses.created + 1 else statuses.other = statuses.other + 1 end end
done = function(summary)
  local s = threads[1]:get("statuses")
  print("RESULT " .. s.created .. " " .. s.other .. " " .. summary.duration)
end
`,
  );
  const child = spawn(
    "wrk",
    [
      "-t1",
      `-c${connections}`,
      `-d${forSeconds}s`,
      "--timeout",
      "10s",
      "--latency",
      "-s",
      script,
      chancery.url,
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  let out = "";
  child.stdout.setEncoding("utf8").on("data", (piece: string) => {
    out += piece;
  });
  await once(child, "close");
  const [, created, other, microseconds] = /RESULT (\d+) (\d+) (\d+)/.exec(out) ?? [];
  const percentile = (of: number) => new RegExp(`${of}%\\s+(\\S+)`).exec(out)?.[1] ?? "";
  return {
    created: Number(created),
    other: Number(other),
    seconds: Number(microseconds) / 1e6,
    p50: percentile(50),
    p99: percentile(99),
  };
}
