import { Agent, request } from "node:http";
import type { Build } from "./_build";
import type { Work } from "./_rounds";

/** Sends each body once over so many connections, each as soon as the one before is answered. */
export async function postAll(
  { url, token }: Build,
  path: string,
  bodies: readonly string[],
  connections: number,
): Promise<Work> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const post = (body: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const length = { "content-length": Buffer.byteLength(body) };
      const options = { agent, method: "POST", headers: { ...headers, ...length } };
      request(`${url}${path}`, options, (response) => {
        response.resume().on("end", () => resolve(response.statusCode ?? 0));
      })
        .on("error", reject)
        .end(body);
    });
  const latencies: number[] = [];
  let refused = 0;
  const remaining = bodies.values();
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: connections }, async () => {
      for (const body of remaining) {
        const sentAt = performance.now();
        if ((await post(body)) === 201) latencies.push(performance.now() - sentAt);
        else refused += 1;
      }
    }),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  agent.destroy();
  latencies.sort((left, right) => left - right);
  const p99Ms = latencies[Math.floor(latencies.length * 0.99)] ?? Number.NaN;
  return { answered: latencies.length, refused, seconds, p99Ms };
}
