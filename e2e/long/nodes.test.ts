import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Api, apiAt, type Certificate, createIdentity } from "@/e2e/support/api";
import { createCsr } from "@/e2e/support/openssl";
import { adminApi, expectVerified, startReady, until } from "@/e2e/system/harness";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import {
  startThrowawayPostgres,
  type ThrowawayPostgres,
} from "@/testing/database/throwaway-postgres";
import { crowding } from "@/testing/crowding";
import { treeOf } from "@/testing/supervise/process-tree";
import {
  type ChanceryPlace,
  makePlace,
  type ThrowawayChancery,
} from "@/testing/supervise/throwaway-chancery";

// Three nodes over one PostgreSQL of their own. Each reaches it through a socket that can be cut, and
// as a role of its own, by which the holder of a lock is known.
const socketName = ".s.PGSQL.5432";
const within = (ms: number): number => ms * crowding();

type Node = Readonly<{
  role: string;
  chancery: ThrowawayChancery;
  place: ChanceryPlace;
  api: Api;
  /** Passes nothing on, in either direction, until `restore`. */
  cut: () => void;
  restore: () => void;
}>;
let postgres: ThrowawayPostgres;
let superuser: pg.Client;
let folder = "";
const servers: Server[] = [];
const nodes: Node[] = [];

/** A socket in a folder of its own that leads to the server, until it is cut. */
async function openGate(
  name: string,
  real: string,
): Promise<Readonly<{ folder: string; cut: () => void; restore: () => void }>> {
  const gate = join(folder, name);
  mkdirSync(gate);
  chmodSync(gate, 0o755);
  const open = new Set<Socket>();
  let isCut = false;
  const server = createServer((client) => {
    const upstream = connect(real);
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on("error", () => {}).on("close", () => open.delete(socket));
      if (isCut) socket.pause();
    }
    if (!isCut) client.pipe(upstream).pipe(client);
  });
  await new Promise<void>((done) => server.listen(join(gate, socketName), done));
  chmodSync(join(gate, socketName), 0o777);
  servers.push(server);
  return {
    folder: gate,
    cut: () => {
      isCut = true;
      for (const socket of open) socket.unpipe().pause();
    },
    restore: () => {
      isCut = false;
      for (const socket of open) socket.destroy();
    },
  };
}

async function startNode(n: number, publicUrl: string | null): Promise<Node> {
  const place = await makePlace();
  const role = `node_${n}`;
  const { appUrl, signerUrl, ownerUrl } = postgres.urls(postgres.template);
  const real = join(new URL(appUrl).searchParams.get("host") ?? "", socketName);
  const gate = await openGate(role, real);
  await superuser.query(`create role ${role} login password 'node' in role chancery_app`);
  const through = (url: string, user?: string): string => {
    const own = new URL(url);
    own.searchParams.set("host", gate.folder);
    if (user !== undefined) [own.username, own.password] = [user, "node"];
    return own.href;
  };
  if (n > 0)
    for (const file of ["session.key"])
      copyFileSync(join(nodes[0]?.place.dataFolder ?? "", file), join(place.dataFolder, file));
  const settings = {
    DATABASE_URL: through(appUrl, role),
    DATABASE_SIGNER_URL: through(signerUrl),
    ...(n === 0 ? { DATABASE_OWNER_URL: through(ownerUrl) } : {}),
    CHANCERY_KEK_FILE: join(folder, "kek"),
    CHANCERY_WITNESS_DIR: join(folder, "witness"),
    CHANCERY_PUBLIC_URL: publicUrl ?? `http://localhost:${place.ports[0]}`,
  };
  const log = join(findRepoRoot(), `.cache/long-nodes-${n}.log`);
  const chancery = await startReady(place, log, settings);
  const api = n === 0 ? await adminApi(chancery) : apiAt(chancery.httpUrl, token);
  if ("token" in api) token = String(api.token);
  return { role, chancery, place, api, cut: gate.cut, restore: gate.restore };
}
let token = "";

beforeAll(async () => {
  postgres = await startThrowawayPostgres({ durable: true });
  folder = mkdtempSync(join(tmpdir(), "chancery-nodes-"));
  chmodSync(folder, 0o711);
  writeFileSync(join(folder, "kek"), Buffer.alloc(32, 7).toString("base64"), { mode: 0o600 });
  mkdirSync(join(folder, "witness"));
  superuser = new pg.Client({ connectionString: postgres.urls(postgres.template).superUrl });
  await superuser.connect();
  for (const n of [0, 1, 2])
    nodes.push(await startNode(n, nodes[0]?.chancery.settings["CHANCERY_PUBLIC_URL"] ?? null));
}, 900_000);
afterAll(async () => {
  for (const node of nodes) node.restore();
  await Promise.all(nodes.map(({ chancery }) => chancery.stop()));
  for (const { place } of nodes) rmSync(place.dataFolder, { recursive: true, force: true });
  for (const server of servers) server.close();
  await superuser.end();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The leaderships, as the keys of their advisory locks. */
const locks = {
  "the log": "24262379564",
  "the jobs": "hashtextextended('chancery gateway jobs', 0)",
} as const;

async function leaderOf(lock: keyof typeof locks): Promise<Node | null> {
  const { rows } = await superuser.query<{ role: string }>(
    `select a.usename as role from pg_locks l join pg_stat_activity a using (pid)
      where l.locktype = 'advisory' and l.granted and l.objsubid = 1
        and ((l.classid::bigint << 32) | l.objid::bigint) = ${locks[lock]}`,
  );
  return nodes.find(({ role }) => role === rows[0]?.role) ?? null;
}

const gatewayOf = ({ chancery }: Node): number =>
  treeOf(chancery.pid).find(({ command }) => /dist\/gateway\.mjs/.test(command))?.pid ?? 0;

const faults: Readonly<Record<string, (node: Node) => () => void>> = {
  killed: (node) => {
    process.kill(gatewayOf(node), "SIGKILL");
    return () => {};
  },
  stopped: (node) => {
    const pid = gatewayOf(node);
    process.kill(pid, "SIGSTOP");
    return () => {
      process.kill(pid, "SIGCONT");
    };
  },
  "cut off": (node) => {
    node.cut();
    return () => {
      node.restore();
    };
  },
};

/** Whether it says that its CRL lacks a revocation, or isn't ready at all. */
const saysWhyNot = async ({ chancery }: Node): Promise<boolean> =>
  fetch(`${chancery.httpUrl}/readyz`).then(
    async (answer) => !answer.ok || /without a revocation/.test(await answer.text()),
    () => true,
  );

const isReady = async ({ chancery }: Node): Promise<boolean> =>
  fetch(`${chancery.httpUrl}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );

async function issue({ api }: Node, name: string): Promise<Certificate> {
  const { pem } = await createCsr([`${name}.example.com`]);
  const identity = await createIdentity(api, name);
  const { status, body } = await api.post<Certificate>("/certificates", {
    profile: "tls-server",
    identity,
    csr: pem,
  });
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
}

/** Whether the CRL that this node serves has the serial number. */
async function isListed({ chancery }: Node, serial: string): Promise<boolean> {
  const crl = Buffer.from(await (await fetch(`${chancery.httpUrl}/crl/issuing.crl`)).arrayBuffer());
  const file = join(folder, "issuing.crl");
  writeFileSync(file, crl);
  const text = execFileSync("openssl", ["crl", "-inform", "DER", "-in", file, "-noout", "-text"]);
  return text.toString().toLowerCase().includes(serial.toLowerCase());
}

describe.each(Object.keys(locks) as (keyof typeof locks)[])("the node that leads %s", (lock) => {
  test.each(Object.keys(faults))(
    "is %s: another takes over within ten seconds, and a revocation is on the CRL within five or readiness says why not",
    async (fault) => {
      const leader = await until(() => leaderOf(lock));
      const other = nodes.find((node) => node !== leader) ?? leader;
      const certificate = await issue(other, `${lock.slice(4)}-${fault.replace(" ", "-")}`);
      const began = Date.now();
      const end = faults[fault]?.(leader);
      const takenOver = until(async () => {
        const next = await leaderOf(lock);
        return next !== null && (fault === "killed" || next !== leader) && Date.now() - began;
      });
      try {
        const { status, body } = await other.api.post(`/certificates/${certificate.id}/revoke`, {
          reason: "superseded",
        });
        expect(status, JSON.stringify(body)).toBe(200);
        const revoked = Date.now();
        let saidAfter = Infinity;
        const listedAfter = await until(async () => {
          if (saidAfter === Infinity && (await saysWhyNot(other))) saidAfter = Date.now() - revoked;
          return (await isListed(other, certificate.serial)) && Date.now() - revoked;
        });
        expect(listedAfter).toBeLessThan(within(20_000));
        expect(listedAfter < within(5_000) ? 0 : saidAfter).toBeLessThan(within(10_000));
        expect(await takenOver).toBeLessThan(within(10_000));
      } finally {
        end?.();
      }
      await until(() => Promise.all(nodes.map(isReady)).then((all) => all.every(Boolean)));
      await pause(1_000);
    },
  );
});

test("a node with another session.key or public URL than those that run is refused, and one with the same starts", async () => {
  const [first] = nodes;
  if (!first) throw new Error("unreachable: the nodes have started");
  const place = await makePlace();
  try {
    // As documented, and unlike the nodes here: the same role for all.
    const {
      CHANCERY_DATA: _data,
      CHANCERY_HTTP_PORT: _http,
      CHANCERY_HTTPS_PORT: _https,
      CHANCERY_MTLS_PORT: _mtls,
      ...settings
    } = first.chancery.settings;
    const log = join(findRepoRoot(), ".cache/long-nodes-3.log");
    const start = (over: Readonly<Record<string, string>> = {}) =>
      startReady(place, log, { ...settings, ...over });
    await expect(start()).rejects.toThrow(/session\.key must be the same on all nodes/);
    copyFileSync(
      join(first.place.dataFolder, "session.key"),
      join(place.dataFolder, "session.key"),
    );
    await expect(start({ CHANCERY_PUBLIC_URL: "http://other.example.com" })).rejects.toThrow(
      /CHANCERY_PUBLIC_URL must be the same on all nodes/,
    );
    const fourth = await start();
    await fourth.stop();
  } finally {
    rmSync(place.dataFolder, { recursive: true, force: true });
  }
});

test("afterwards the log is one, not halted, and verified", async () => {
  const { rows } = await superuser.query("select halted from tlog.head");
  expect(rows).toEqual([{ halted: null }]);
  const logs = await superuser.query("select generation from tlog.log");
  expect(logs.rows).toHaveLength(1);
  for (const { place } of nodes) await expectVerified(place);
});
