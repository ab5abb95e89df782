import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { apiOf, startChancery } from "./_chancery";
import { startCfssl } from "./_cfssl";
import { postAll } from "./_post";
import { makeRequest } from "./_requests";
import { report } from "./_results";
import { has, opensslSignRate, printTable } from "./_tools";

// Certificates a second over the REST API, from real requests with a key each, durable (fsync on),
// linted and recorded, for identities that hold their names, next to cfssl, which signs the same
// requests and stores nothing. What is counted is checked: every certificate is two entries in the
// log, and nothing was refused.
const missing = ["wrk", "openssl"].filter((program) => !has(program));
if (missing.length > 0)
  throw new Error(`This benchmark needs ${missing.join(" and ")} (apt-get install wrk openssl).`);

const seconds = 5,
  levels = [1, 16, 128],
  mostPerSecond = 1_500,
  hosts = 300;
const folder = mkdtempSync(join(tmpdir(), "chancery-bench-issuing-"));
const chancery = await startChancery();
const cfssl = has("cfssl") ? await startCfssl(folder) : null;
try {
  const holders = await makeHolders();
  const signs = opensslSignRate();
  const post = (connections: number, bodies: readonly string[], forSeconds = seconds) =>
    postAll({
      folder,
      url: `${chancery.url}/api/v1/certificates`,
      headers: { Authorization: `Bearer ${chancery.token}` },
      status: 201,
      connections,
      seconds: forSeconds,
      bodies,
    });
  await post(8, makeRequests(1_000).map(bodyFor(holders)), 1);
  const rows: Record<string, string | number>[] = [];
  for (const connections of levels) {
    const requests = makeRequests(Math.min(seconds * mostPerSecond, connections * seconds * 250));
    const limit = cfssl === null ? null : await signByCfssl(cfssl.url, connections, requests);
    const before = await entriesInLog();
    const {
      created,
      other,
      seconds: took,
      p50,
      p99,
    } = await post(connections, requests.map(bodyFor(holders)));
    const recorded = (await entriesInLog()) - before;
    const perSecond = created / took;
    rows.push({
      connections: String(connections),
      "certificates/s": perSecond,
      p50,
      p99,
      refused: String(other),
      "entries per certificate": recorded / created,
      "cfssl/s": limit ?? "not installed",
      "of cfssl": limit === null ? "" : perSecond / limit,
      "of openssl speed": perSecond / signs,
    });
    if (limit !== null && connections > 1)
      report({
        measure: `Certificates over the API, ${connections} connections`,
        value: perSecond,
        unit: "certificates/s",
        limit,
        limitIs: "cfssl storing nothing",
        note: `p50 ${p50}, p99 ${p99}`,
      });
  }
  printTable(rows);
  process.stdout.write(
    `openssl speed ecdsap256: ${Math.round(signs).toLocaleString("en")} signatures a second on one core\n`,
  );
} finally {
  await cfssl?.stop();
  await chancery.stop();
  rmSync(folder, { recursive: true, force: true });
}

type Request = Readonly<{ at: number; csr: string }>;

/** Identities that hold one name each. Returns their ids. */
async function makeHolders(): Promise<readonly unknown[]> {
  const api = apiOf(chancery);
  const ids: unknown[] = [];
  for (let at = 0; at < hosts; at++) {
    const { id } = await api("/identities", {
      kind: "service",
      name: `service ${at}`,
      owner: "benchmark@example.com",
      names: [{ type: "dns", value: nameOf(at) }],
    });
    ids.push(id);
  }
  return ids;
}

function nameOf(at: number): string {
  return `host-${at % hosts}.example.com`;
}

function makeRequests(count: number): Request[] {
  return Array.from({ length: count }, (_none, at) => ({ at, csr: makeRequest(nameOf(at)) }));
}

function bodyFor(holders: readonly unknown[]): (request: Request) => string {
  return ({ at, csr }) =>
    JSON.stringify({ profile: "tls-server", identity: holders[at % hosts], csr });
}

/** Certificates a second. It signs the first ones again when all are signed. */
async function signByCfssl(
  url: string,
  connections: number,
  requests: readonly Request[],
): Promise<number> {
  const bodies = requests.map(({ csr }) => JSON.stringify({ certificate_request: csr }));
  const repeated = [bodies, bodies, bodies].flat();
  const { created, seconds: took } = await postAll({
    folder,
    url,
    status: 200,
    connections,
    seconds,
    bodies: repeated,
  });
  return created / took;
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
