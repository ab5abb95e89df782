import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

export type Posted = Readonly<{
  created: number;
  other: number;
  seconds: number;
  p50: string;
  p99: string;
}>;
export type PostOptions = Readonly<{
  folder: string;
  url: string;
  headers?: Readonly<Record<string, string>>;
  /** The status of what counts as created. */
  status: number;
  connections: number;
  seconds: number;
  bodies: readonly string[];
}>;

let runs = 0;

/** Posts each JSON body once by wrk, as fast as they are answered, until time or bodies run out. */
export async function postAll(options: PostOptions): Promise<Posted> {
  const { folder, url, connections, seconds, bodies } = options;
  const run = (runs += 1);
  const list = join(folder, `bodies-${run}.txt`),
    script = join(folder, `post-${run}.lua`);
  writeFileSync(list, bodies.join("\n"));
  writeFileSync(script, scriptOf(list, options));
  const limits = ["-t1", `-c${connections}`, `-d${seconds}s`, "--timeout", "10s", "--latency"];
  const child = spawn("wrk", [...limits, "-s", script, url], {
    stdio: ["ignore", "pipe", "inherit"],
  });
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

function scriptOf(list: string, { url, headers = {}, status }: PostOptions): string {
  const pairs = Object.entries({ "Content-Type": "application/json", ...headers });
  return `
local bodies, at = {}, 0
for line in io.lines("${list}") do bodies[#bodies + 1] = line end
local headers = { ${pairs.map(([name, value]) => `["${name}"] = "${value}"`).join(", ")} }
request = function()
  at = at + 1
  if at > #bodies then wrk.thread:stop() at = #bodies end
  return wrk.format("POST", "${new URL(url).pathname}", headers, bodies[at])
end
local threads = {}
setup = function(thread) threads[#threads + 1] = thread end
statuses = { created = 0, other = 0 }
response = function(status) if status == ${status} then statuses.created = statuses.created + 1 else statuses.other = statuses.other + 1 end end
done = function(summary)
  local s = threads[1]:get("statuses")
  print("RESULT " .. s.created .. " " .. s.other .. " " .. summary.duration)
end
`;
}
