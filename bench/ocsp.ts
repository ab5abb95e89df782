import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { apiOf, startChancery } from "./_chancery";
import {
  has,
  oneByOne,
  opensslSignRate,
  printTable,
  type Rate,
  startNginx,
  startOpensslOcsp,
  wrk,
} from "./_tools";

// OCSP answers a second of a whole Chancery, compared with nginx serving a file of the same size, `openssl
// ocsp`, and the bare signature.
const missing = ["wrk", "nginx", "openssl"].filter((program) => !has(program));
if (missing.length > 0)
  throw new Error(
    `This benchmark needs ${missing.join(", ")} (apt-get install ${missing.join(" ")}).`,
  );

const folder = mkdtempSync(join(tmpdir(), "chancery-bench-ocsp-")),
  file = (name: string) => join(folder, name);
const openssl = (...args: string[]) =>
  execFileSync("openssl", args, { cwd: folder, stdio: ["ignore", "pipe", "ignore"] });
const rows: Record<string, string | number>[] = [];

const chancery = await startChancery();
try {
  const api = apiOf(chancery);
  const identity = await api("/identities", {
    kind: "service",
    name: "benchmark",
    owner: "benchmark@example.com",
  });
  openssl(
    "req",
    "-new",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
    "-keyout",
    "k.pem",
    "-out",
    "r.pem",
    "-subj",
    "/CN=pay.example.com",
    "-addext",
    "subjectAltName=DNS:pay.example.com",
  );
  const csr = readFileSync(file("r.pem"), "utf8");
  const certificate = await api("/certificates", {
    profile: "tls-server",
    identity: identity.id,
    csr,
  });
  writeFileSync(file("c.pem"), String(certificate.pem));
  writeFileSync(file("chain.pem"), String(certificate.chainPem));
  openssl("ocsp", "-issuer", "chain.pem", "-cert", "c.pem", "-no_nonce", "-reqout", "cached.der");
  openssl("ocsp", "-issuer", "chain.pem", "-cert", "c.pem", "-reqout", "fresh.der");
  const ocsp = `${chancery.url}/ocsp`,
    cached = readFileSync(file("cached.der")).toString("base64");
  const size = (
    await (
      await fetch(ocsp, { method: "POST", body: new Uint8Array(readFileSync(file("cached.der"))) })
    ).arrayBuffer()
  ).byteLength;

  const nginx = await startNginx(folder, Buffer.alloc(size, 1));
  const peer = await opensslPeer();
  try {
    const signs = opensslSignRate();
    const warm = { connections: 32, seconds: 3 };
    await wrk(folder, { url: ocsp, body: file("cached.der"), ...warm });
    const kept = await wrk(folder, { url: nginx.url }),
      once = await wrk(folder, { url: nginx.url, close: true });
    const add = (what: string, rate: Rate, limit: Rate) =>
      rows.push({
        what,
        "answers/s": rate.perSecond,
        p99: rate.p99,
        errors: String(rate.errors),
        "of nginx": rate.perSecond / limit.perSecond,
        "of openssl speed": rate.perSecond / signs,
      });
    add(`nginx, static file of ${size} bytes`, kept, kept);
    add("OCSP cached, POST", await wrk(folder, { url: ocsp, body: file("cached.der") }), kept);
    add(
      "OCSP cached, GET",
      await wrk(folder, { url: `${ocsp}/${encodeURIComponent(cached)}` }),
      kept,
    );
    add("OCSP fresh, with nonce", await wrk(folder, { url: ocsp, body: file("fresh.der") }), kept);
    add("nginx, a new connection each", once, once);
    add(
      "OCSP cached, a new connection each",
      await wrk(folder, { url: ocsp, body: file("cached.der"), close: true }),
      once,
    );
    add(
      "OCSP fresh, a new connection each",
      await wrk(folder, { url: ocsp, body: file("fresh.der"), close: true }),
      once,
    );
    const theirs = await oneByOne(`${peer.url}/`, readFileSync(file("peer.der"))),
      ours = await oneByOne(ocsp, readFileSync(file("fresh.der")));
    add("openssl ocsp, fresh, our slow client", theirs, once);
    add("OCSP fresh, the same client", ours, once);
    printTable(rows);
    process.stdout.write(
      `openssl speed ecdsap256: ${Math.round(signs).toLocaleString("en")} signatures a second on one core\n`,
    );
  } finally {
    await nginx.stop();
    await peer.stop();
  }
} finally {
  await chancery.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** A CA of openssl's own with one certificate, and its responder. */
async function opensslPeer() {
  openssl(
    "req",
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
    "-keyout",
    "peerca.key",
    "-out",
    "peerca.pem",
    "-subj",
    "/CN=Peer",
    "-days",
    "30",
  );
  writeFileSync(
    file("index.txt"),
    `V\t301231235959Z\t\t7C0FFEE7C0FFEE7C0FFEE7C0FFEE7C0F\tunknown\t/CN=pay.example.com\n`,
  );
  openssl(
    "ocsp",
    "-issuer",
    "peerca.pem",
    "-serial",
    "0x7C0FFEE7C0FFEE7C0FFEE7C0FFEE7C0F",
    "-reqout",
    "peer.der",
  );
  return startOpensslOcsp(folder, [
    "-index",
    "index.txt",
    "-CA",
    "peerca.pem",
    "-rsigner",
    "peerca.pem",
    "-rkey",
    "peerca.key",
  ]);
}
