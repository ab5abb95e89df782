import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { readRunFile } from "@/lib/runtime/run-file";
import { apiOf, startChancery } from "./_chancery";
import { openChanceryDatabase } from "./_chancery-database";
import { makeRequest } from "./_requests";
import { report } from "./_results";
import { has, printTable } from "./_tools";

// A CA with a million revoked certificates: how long the CRL takes, from the revocation that it is issued for
// until it is served; what OCSP says meanwhile; how much memory signer and gateway use at most; and that
// openssl reads it. For comparison, `openssl ca -gencrl` over an index of as many.
if (!has("openssl")) throw new Error("This benchmark needs openssl (apt-get install openssl).");

const count = Number(process.env["BENCH_ENTRIES"] ?? 1_000_000),
  rounds = 5,
  paceMs = 4_500,
  patience = 180;
const folder = mkdtempSync(join(tmpdir(), "chancery-bench-crl-")),
  file = (name: string) => join(folder, name);
const openssl = (...args: string[]) =>
  execFileSync("openssl", args, {
    cwd: folder,
    stdio: ["ignore", "pipe", "ignore"],
    maxBuffer: 1 << 30,
  });
const rows: Record<string, string | number>[] = [];
const seconds = (since: number): number => (performance.now() - since) / 1_000;

const database = await openChanceryDatabase();
const { superuser } = database;
const chancery = await startChancery(database.settings);
const api = apiOf(chancery);
try {
  const identity = await api("/identities", {
    kind: "service",
    name: "benchmark",
    owner: "benchmark@example.com",
  });
  const issued: Record<string, unknown>[] = [];
  for (let n = 0; n < rounds + 2; n += 1)
    issued.push(
      await api("/certificates", {
        profile: "tls-server",
        identity: identity["id"],
        csr: makeRequest(`n${n}.example.com`),
      }),
    );
  const slug = String((issued[0]!["authority"] as Record<string, unknown>)["slug"]);
  const began = performance.now();
  await insertRevoked(String(issued[0]?.["id"]));
  process.stdout.write(`${count} rows inserted in ${seconds(began).toFixed(0)} s\n`);
  for (const [n, certificate] of issued.slice(1).entries()) {
    // A CRL that follows the one before at once waits for its pace (server/jobs/crl-pace).
    if (n > 0) await pause(paceMs);
    await measureRound(
      n === 0 ? "the first CRL with all of them" : "a CRL for one more",
      slug,
      certificate,
    );
  }
  const crl = await fetchCrl(slug);
  writeFileSync(file("our.crl"), crl);
  writeFileSync(file("issuer.pem"), String(issued[0]?.["chainPem"]));
  const reading = performance.now();
  openssl("crl", "-inform", "DER", "-in", "our.crl", "-CAfile", "issuer.pem", "-noout");
  const nothing = { "OCSP s": "", "longest answer s": "" };
  rows.push({ what: "openssl reads and verifies it", "served s": seconds(reading), ...nothing });
  const peer = opensslGencrl();
  rows.push({ what: "openssl ca -gencrl", "served s": peer, ...nothing });
  printTable(rows);
  const middle =
    rows
      .slice(1, rounds + 1)
      .map((row) => Number(row["served s"]))
      .toSorted((a, b) => a - b)[rounds >> 1] ?? Number.NaN;
  const memory = Object.entries(memoryOf()).map(([name, peak]) => `${name} ${peak}`);
  report({
    measure: `From a revocation to a served CRL of ${count} entries`,
    value: middle,
    unit: "s",
    limit: peer,
    limitIs: "openssl ca -gencrl",
    lessIsBetter: true,
    note: `OCSP after ${Math.max(...rows.map((row) => Number(row["OCSP s"]) || 0)).toFixed(2)} s at most; peak resident memory in MB: ${memory.join(", ")}`,
  });
  process.stdout.write(
    `${count} entries, ${(crl.length / 1e6).toFixed(1)} MB; peak resident memory in MB: ${memory.join(", ")}\n`,
  );
} finally {
  await chancery.stop();
  await database.close();
  rmSync(folder, { recursive: true, force: true });
}

/**
 * Copies one certificate, as revoked, with other serial numbers. No entry of the log is about them,
 * so the guards of the table are off meanwhile.
 */
async function insertRevoked(certificateId: string): Promise<void> {
  const { rows: columns } = await superuser.pool.query<{ name: string }>(
    "select column_name as name from information_schema.columns where table_schema = 'public' and table_name = 'certificate' and is_generated = 'NEVER' order by ordinal_position",
  );
  const { rows: guards } = await superuser.pool.query<{ name: string }>(
    "select tgname as name from pg_trigger where tgrelid = 'public.certificate'::regclass and tgenabled = 'A' and not tgisinternal",
  );
  const changed: Readonly<Record<string, string>> = {
    id: "'crt_bench' || lpad(n::text, 17, '0')",
    serial: "'\\x40'::bytea || substr(sha256(int8send(n)), 1, 15)",
    fingerprint_sha256: "sha256(int8send(-n))",
    state: "'revoked'",
    revoked_at: "now() - n * interval '7 seconds'",
    revocation_reason: "(array['keyCompromise', 'superseded', 'cessationOfOperation'])[1 + n % 3]",
    predecessor_id: "null",
    // What the trigger sets that is off meanwhile.
    status_xid: "pg_current_xact_id()",
  };
  const client = await superuser.pool.connect();
  try {
    await client.query("set session_replication_role = replica");
    await client.query("alter table certificate disable trigger user");
    await client.query(
      `insert into certificate (${columns.map(({ name }) => name).join(", ")})
      select ${columns.map(({ name }) => changed[name] ?? `c.${name}`).join(", ")}
      from certificate c, generate_series(1::bigint, $2::bigint) as n where c.id = $1`,
      [certificateId, count],
    );
    await client.query("alter table certificate enable trigger user");
    for (const { name } of guards)
      await client.query(`alter table certificate enable always trigger ${name}`);
    await client.query("set session_replication_role = origin");
    await client.query("vacuum analyze certificate");
  } finally {
    client.release();
  }
}

async function fetchCrl(slug: string): Promise<Buffer> {
  const response = await fetch(`${chancery.url}/crl/${slug}.crl`);
  return Buffer.from(await response.arrayBuffer());
}

async function etagOf(slug: string): Promise<string> {
  const response = await fetch(`${chancery.url}/crl/${slug}.crl`, { method: "HEAD" });
  return response.headers.get("etag") ?? "";
}

/** Asks OCSP about a certificate. CertStatus good is `80 00`, and the time follows. */
function makeOcspQuestion(certificate: Record<string, unknown>): () => Promise<boolean> {
  writeFileSync(file("c.pem"), String(certificate["pem"]));
  writeFileSync(file("chain.pem"), String(certificate["chainPem"]));
  openssl("ocsp", "-issuer", "chain.pem", "-cert", "c.pem", "-no_nonce", "-reqout", "r.der");
  const body = new Uint8Array(readFileSync(file("r.der")));
  return async () => {
    const response = await fetch(`${chancery.url}/ocsp`, { method: "POST", body });
    return Buffer.from(await response.arrayBuffer()).includes(Buffer.from([0x80, 0, 0x18, 0x0f]));
  };
}

/** Revokes a certificate, and waits until OCSP and the CRL say so. */
async function measureRound(
  what: string,
  slug: string,
  certificate: Record<string, unknown>,
): Promise<void> {
  const isGood = makeOcspQuestion(certificate),
    before = await etagOf(slug);
  if (!(await isGood())) throw new Error("a certificate is revoked before its turn");
  await api(`/certificates/${String(certificate["id"])}/revoke`, { reason: "superseded" });
  const revoked = performance.now();
  let inOcsp = Number.NaN,
    longest = 0;
  for (let served = false; !served; await pause(10)) {
    const asked = performance.now();
    served = (await etagOf(slug)) !== before;
    if (Number.isNaN(inOcsp) && !(await isGood())) inOcsp = seconds(revoked);
    longest = Math.max(longest, seconds(asked));
    if (seconds(revoked) > patience)
      throw new Error(`no new CRL: ${await (await fetch(`${chancery.url}/readyz`)).text()}`);
  }
  rows.push({
    what,
    "served s": seconds(revoked),
    "OCSP s": inOcsp,
    "longest answer s": longest,
  });
  process.stdout.write(`${what}: served after ${seconds(revoked).toFixed(1)} s\n`);
  const serial = Buffer.from(String(certificate["serial"]).replaceAll(":", ""), "hex");
  if (!(await fetchCrl(slug)).includes(serial))
    throw new Error("the new CRL does not list what it was issued for");
}

/** Peak resident memory of the processes of Chancery, in MB. */
function memoryOf(): Readonly<Record<string, number>> {
  const processes = readRunFile(chancery.dataFolder)?.processes ?? [];
  return Object.fromEntries(
    // The supervisor is this program, and the console has no part in it.
    processes
      .filter(({ name }) => name === "gateway" || name === "signer")
      .map(({ name, pid }) => {
        const [, kilobytes] =
          /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
        return [name, Math.round(Number(kilobytes) / 1_000)];
      }),
  );
}

/** Seconds that openssl takes for a CRL of as many entries, from its index. */
function opensslGencrl(): number {
  const lines = Array.from({ length: count }, (_, n) => {
    const serial = `4${(n + 1).toString(16).toUpperCase().padStart(31, "0")}`;
    return `R\t301231235959Z\t261001000000Z,superseded\t${serial}\tunknown\t/CN=n${n}.example.com`;
  });
  writeFileSync(file("index.txt"), `${lines.join("\n")}\n`);
  writeFileSync(file("crlnumber"), "01\n");
  writeFileSync(
    file("ca.cnf"),
    "[ca]\ndefault_ca=x\n[x]\ndatabase=index.txt\ncrlnumber=crlnumber\ndefault_md=sha256\ndefault_crl_days=1\n",
  );
  const key = [
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
    "-keyout",
    "ca.key",
  ];
  openssl("req", "-x509", ...key, "-out", "ca.pem", "-subj", "/CN=Peer", "-days", "30");
  const began = performance.now();
  openssl(
    "ca",
    "-config",
    "ca.cnf",
    "-gencrl",
    "-cert",
    "ca.pem",
    "-keyfile",
    "ca.key",
    "-out",
    "peer.crl",
  );
  return seconds(began);
}
