import { execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { apiOf, startChancery } from "./_chancery";
import { report } from "./_results";
import {
  has,
  type Load,
  oneByOne,
  opensslSignRate,
  printTable,
  type Rate,
  startNginx,
  startOpensslOcsp,
  wrk,
} from "./_tools";

// OCSP answers a second of a whole Chancery, compared with nginx serving a file of the same size, a bare
// server of Node that looks the serial number up in a map, `openssl ocsp`, and the bare signature. Rates
// depend on what else the machine does; the processor time of an answer in the server's process hardly.
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
const seconds = Number(process.env["BENCH_SECONDS"] ?? 4);

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

  const nginx = await startNginx(folder, Buffer.alloc(size, 1)),
    plain = await startPlain(file("cached.der"), ocsp);
  const peer = await opensslPeer();
  try {
    const signs = opensslSignRate();
    const pids = { nginx: nginxPid(), plain: plain.pid, chancery: gatewayPid() };
    let newConnection: Rate | null = null;
    const measure = async (what: string, of: keyof typeof pids, load: Load) => {
      const before = processorMs(pids[of]),
        rate = await wrk(folder, load);
      const used = processorMs(pids[of]) - before;
      return { what, rate, us: (used * 1000) / (rate.perSecond * (load.seconds ?? seconds)) };
    };
    const add = (
      { what, rate, us }: { what: string; rate: Rate; us?: number },
      limits: { nginx: Rate; plain?: Rate },
    ) =>
      rows.push({
        what,
        "answers/s": rate.perSecond,
        p99: rate.p99,
        errors: String(rate.errors),
        "of nginx": rate.perSecond / limits.nginx.perSecond,
        "of plain Node": limits.plain ? rate.perSecond / limits.plain.perSecond : "",
        "CPU µs": us ?? "",
        "of openssl speed": rate.perSecond / signs,
      });
    const known = { body: file("cached.der"), seconds },
      fresh = { body: file("fresh.der"), seconds },
      get = `${ocsp}/${encodeURIComponent(cached)}`;
    for (const url of [ocsp, plain.url])
      for (const body of [known, fresh]) await wrk(folder, { url, ...body, seconds: 3 });
    for (const close of [false, true]) {
      const each = close ? ", a new connection each" : "";
      const limit = await measure(`nginx, static file of ${size} bytes${each}`, "nginx", {
        url: nginx.url,
        seconds,
        close,
      });
      add(limit, { nginx: limit.rate });
      for (const [title, load] of [
        ["known", known],
        ["signed afresh, with nonce", fresh],
      ] as const) {
        const theirs = await measure(`plain Node, ${title}${each}`, "plain", {
          ...load,
          url: plain.url,
          close,
        });
        add(theirs, { nginx: limit.rate, plain: theirs.rate });
        const limits = { nginx: limit.rate, plain: theirs.rate };
        const ours = await measure(`OCSP, ${title}${each}`, "chancery", {
          ...load,
          url: ocsp,
          close,
        });
        add(ours, limits);
        reportOcsp(ours, limit, theirs);
        if (load === known)
          add(
            await measure(`OCSP, ${title}, GET${each}`, "chancery", { url: get, seconds, close }),
            limits,
          );
      }
      if (close) newConnection = limit.rate;
    }
    const theirs = await oneByOne(`${peer.url}/`, readFileSync(file("peer.der"))),
      ours = await oneByOne(ocsp, readFileSync(file("fresh.der")));
    const limits = { nginx: newConnection ?? ours };
    add({ what: "openssl ocsp, signed afresh, our slow client", rate: theirs }, limits);
    add({ what: "OCSP, signed afresh, the same client", rate: ours }, limits);
    printTable(rows);
    process.stdout.write(
      `openssl speed ecdsap256: ${Math.round(signs).toLocaleString("en")} signatures a second on one core\n`,
    );
  } finally {
    plain.stop();
    await nginx.stop();
    await peer.stop();
  }
} finally {
  await chancery.stop();
  rmSync(folder, { recursive: true, force: true });
}

type Measured = Readonly<{ what: string; rate: Rate; us: number }>;

function reportOcsp(ours: Measured, limit: Measured, plain: Measured): void {
  const ofPlain = (ours.rate.perSecond / plain.rate.perSecond).toFixed(2);
  report({
    measure: ours.what,
    value: ours.rate.perSecond,
    unit: "answers/s",
    limit: limit.rate.perSecond,
    limitIs: "nginx, a static file of that size",
    note: `${ofPlain} of plain Node; CPU per answer ${ours.us.toFixed(1)} µs, plain Node ${plain.us.toFixed(1)}, nginx ${limit.us.toFixed(1)}; p99 ${ours.rate.p99}, errors ${ours.rate.errors}`,
  });
}

/** The bare server of Node, which knows the answer that Chancery gives to this request. */
async function startPlain(requestFile: string, ocsp: string) {
  const request = readFileSync(requestFile);
  const answer = await (
    await fetch(ocsp, { method: "POST", body: new Uint8Array(request) })
  ).arrayBuffer();
  const child = fork(new URL("./_plain-ocsp.ts", import.meta.url), {
    execArgv: ["--import", "tsx"],
  });
  const given = { request, answer: Buffer.from(answer) };
  child.send({
    request: given.request.toString("base64"),
    answer: given.answer.toString("base64"),
  });
  const [port] = (await once(child, "message")) as [number];
  return {
    url: `http://127.0.0.1:${port}/`,
    pid: child.pid ?? 0,
    stop: () => child.disconnect(),
  };
}

/** The one worker of nginx: its master answers nothing. */
function nginxPid(): number {
  const master = readFileSync(file("nginx.pid"), "utf8").trim();
  return Number(readFileSync(`/proc/${master}/task/${master}/children`, "utf8").split(" ")[0]);
}

/** The gateway that this process started, at whatever distance. */
function gatewayPid(): number {
  const isOurs = (pid: number): boolean =>
    pid === process.pid || (pid > 1 && isOurs(Number(statOf(pid)[1])));
  const found = readdirSync("/proc")
    .map(Number)
    .find((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
        return /\/dist[^/]*\/gateway\.mjs/.test(command) && isOurs(pid);
      } catch {
        return false;
      }
    });
  if (found === undefined) throw new Error("the gateway is not among the processes");
  return found;
}

/** proc_pid_stat(5) after the command: the first field is the state, the second the parent. */
function statOf(pid: number): string[] {
  const text = readFileSync(`/proc/${pid}/stat`, "latin1");
  return text.slice(text.lastIndexOf(")") + 2).split(" ");
}

function processorMs(pid: number): number {
  const stat = statOf(pid);
  return (Number(stat[11]) + Number(stat[12])) * 10;
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
