import { X509Certificate, createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "@/e2e/support/run";
import { type Api } from "@/e2e/support/api";
import { balanceOf } from "@/e2e/system/audit-of-all";
import { adminApi, startReady, until } from "@/e2e/system/harness";
import { untilPlansAreClosed } from "@/e2e/system/invariants";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { readRunFile } from "@/lib/runtime/run-file";
import { makeRawClient } from "@/testing/gateway/acme-client";
import { type ChallengeDns, openChallengeDns } from "@/testing/gateway/challenge-dns";
import {
  orderPatiently,
  orderSteps,
  type OrderStep,
  type PatientOrder,
} from "@/testing/gateway/patient-client";
import { treeOf } from "@/testing/supervise/process-tree";
import {
  type ChanceryPlace,
  makePlace,
  type ThrowawayChancery,
} from "@/testing/supervise/throwaway-chancery";

// Processes are killed at each step of ACME orders; their clients ask again until they are answered.
const clients = 6;
const folder = mkdtempSync(join(tmpdir(), "chancery-acme-kills-"));
const rootFile = join(folder, "root.pem");
const answers = new Map<string, string>();
const isRoot = process.getuid?.() === 0;
const isMissing = !existsSync("/usr/bin/pebble-challtestsrv") || !isRoot;

let place: ChanceryPlace;
let chancery: ThrowawayChancery;
let api: Api;
let dns: ChallengeDns;
let responder: Server;
let proving: Key;
let holding: Key;

type Key = Readonly<{ identity: string; kid: string; hmacKey: string; directory: string }>;

async function keyFor(name: string, names: readonly string[], profile: string): Promise<Key> {
  const body = {
    kind: "service",
    name,
    owner: "platform@example.com",
    names: names.map((value) => ({ type: "dns", value })),
  };
  const identity = String(
    (await api.post<Record<string, unknown>>("/identities", body)).body["id"],
  );
  const path = `/identities/${identity}/acme-keys`;
  const made = await api.post<Record<string, string>>(path, { profiles: [profile] });
  const { kid, hmacKey } = made.body;
  const directory = `${chancery.httpsUrl}/acme/${profile}/directory`;
  return { identity, kid: kid ?? "", hmacKey: hmacKey ?? "", directory };
}

beforeAll(async () => {
  if (isMissing) return;
  dns = await openChallengeDns();
  responder = createServer(({ url = "" }, response) => {
    response.end(answers.get(url.slice(url.lastIndexOf("/") + 1)) ?? "");
  });
  await new Promise<void>((done) => responder.listen(80, "127.0.0.1", done));
  place = await makePlace();
  chancery = await startReady(place, join(findRepoRoot(), ".cache/long-acme-kills.log"), {
    CHANCERY_ACME_RESOLVERS: dns.resolver,
    CHANCERY_OUTBOUND_ALLOW: "127.0.0.0/8",
  });
  api = await adminApi(chancery);
  writeFileSync(rootFile, await (await fetch(`${chancery.httpUrl}/ca/root.pem`)).text());
  const { rules, authoritySlug: authority } = (
    await api.get<Record<string, object>>("/profiles/tls-server")
  ).body;
  const proven = { ...rules, acme: { validation: "challenge", caa: false } };
  await api.post("/profiles", { slug: "proven", name: "Proven", authority, rules: proven });
  proving = await keyFor("proving", [], "proven");
  holding = await keyFor("holding", ["held.example.com"], "tls-server");
});
afterAll(async () => {
  await chancery?.stop();
  responder?.close();
  dns?.close();
  if (place) rmSync(place.dataFolder, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
});

const processOf = (pattern: RegExp): number =>
  treeOf(chancery.pid).find(({ command }) => pattern.test(command))?.pid ?? 0;
const victims: Readonly<Record<string, () => number>> = {
  signer: () => processOf(/dist\/signer\.mjs/),
  gateway: () => processOf(/dist\/gateway\.mjs/),
  console: () => processOf(/dist\/console\.mjs/),
  "PostgreSQL backend": () => processOf(/^postgres: .*chancery_app/),
};

/** Every client orders at once; the victim is killed while the third one's request is answered. */
async function orderAll(round: string, victim: () => number, at: OrderStep) {
  let seen = 0;
  const killed: number[] = [];
  const onStep = (step: OrderStep): void => {
    if (step !== at || (seen += 1) !== 3) return;
    void pause(Math.random() * 20).then(() => {
      const pid = victim();
      if (pid === 0) return;
      process.kill(pid, "SIGKILL");
      killed.push(pid);
    });
  };
  const orders = await Promise.all(
    Array.from({ length: clients }, (_none, n) => {
      const client = makeRawClient(proving.directory, readFileSync(rootFile, "utf8"));
      const { crv, kty, x, y } = client.jwk;
      const thumbprint = createHash("sha256")
        .update(JSON.stringify({ crv, kty, x, y }))
        .digest("base64url");
      const name = `${round}-${n}.example.com`;
      return orderPatiently({ client, key: proving, name, answers, thumbprint, onStep });
    }),
  );
  return { orders, killed };
}

async function query(sql: string, values: readonly unknown[]): Promise<Record<string, unknown>[]> {
  const connectionString = readRunFile(place.dataFolder)?.databaseUrl;
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql, [...values])).rows;
  } finally {
    await client.end();
  }
}

/**
 * Each certificate that was signed is of exactly one order, and no key has two. A plan that was closed
 * without a signature, its serial number revoked, is no certificate. An order that its client gave up
 * stays open until somebody asks for it, with the certificate that was signed for its CSR.
 */
async function expectOneEach(identity: string): Promise<void> {
  await untilPlansAreClosed(place.dataFolder);
  const signed = await query(
    "select c.id, o.status from certificate c left join acme_order o on o.certificate_id = c.id or (o.status = 'open' and o.csr_der = c.csr_der) where c.identity_id = $1 and c.issued_at is not null",
    [identity],
  );
  expect(signed.filter(({ status }) => status !== "valid" && status !== "open")).toEqual([]);
  expect(new Set(signed.map(({ id }) => id)).size).toBe(signed.length);
  const keys = await query(
    "select encode(spki_sha256, 'hex') as key from certificate where identity_id = $1 and issued_at is not null group by 1 having count(*) > 1",
    [identity],
  );
  expect(keys).toEqual([]);
  expect((await balanceOf(place.dataFolder)).withoutEntries).toEqual([]);
}

async function expectReceived(orders: readonly PatientOrder[]): Promise<void> {
  for (const { order, chain } of orders) {
    const [row] = await query(
      "select encode(c.der, 'base64') as der from acme_order o join certificate c on c.id = o.certificate_id where o.id = $1",
      [order.split("/").at(-1)],
    );
    const stored = new X509Certificate(Buffer.from(String(row?.["der"]), "base64"));
    expect(new X509Certificate(chain).fingerprint256).toBe(stored.fingerprint256);
  }
}

describe.skipIf(isMissing).each(Object.keys(victims))("kill -9 of the %s", (name) => {
  test.each(orderSteps)(
    "at the step %s of ACME orders: each client ends with its certificate, and none is doubled",
    async (step) => {
      const round = `${name}-${step}`.toLowerCase().replaceAll(/\W+/g, "-");
      // After several kills its restart waits some seconds.
      await until(() => victims[name]!() !== 0);
      const { orders, killed } = await orderAll(round, victims[name]!, step);
      expect(killed).toHaveLength(1);
      expect(orders).toHaveLength(clients);
      await expectReceived(orders);
      await expectOneEach(proving.identity);
    },
  );
});

const isReady = (): Promise<boolean> =>
  fetch(`${chancery.httpUrl}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );

/**
 * At most so often: on a slow machine an order takes longer than the gateway runs between two kills,
 * and would never end.
 */
const mostKills = 12;

/** Kills the gateway some time after it is ready, again and again while the work is done. */
async function killGatewayWhile(work: Promise<unknown>): Promise<number> {
  let over = false;
  let kills = 0;
  void work.finally(() => (over = true)).catch(() => {});
  await until(isReady);
  for (; !over && kills < mostKills; await pause(300 + Math.random() * 1_500)) {
    const pid = victims["gateway"]?.() ?? 0;
    if (pid === 0) continue;
    process.kill(pid, "SIGKILL");
    kills += 1;
    await until(async () => over || (await isReady()));
  }
  await work;
  return kills;
}

test.skipIf(isMissing || !existsSync("/usr/bin/lego"))(
  "lego, started again when it gives up, ends with each of thirty certificates although the gateway is killed again and again",
  async () => {
    const home = join(folder, "lego");
    const args = [
      `--server=${holding.directory}`,
      `--path=${home}`,
      "--accept-tos",
      "--email=ops@example.com",
      "--eab",
      `--kid=${holding.kid}`,
      `--hmac=${holding.hmacKey}`,
      "--http",
      "--http.port=127.0.0.1:0",
      "--domains=held.example.com",
      "run",
    ];
    const env = { ...process.env, LEGO_CA_CERTIFICATES: rootFile };
    const all = (async () => {
      for (let n = 0; n < 30; n += 1)
        await until(async () => (await run("lego", args, { env })).code === 0);
    })();
    expect(await killGatewayWhile(all)).toBeGreaterThan(0);
    const file = join(home, "certificates/held.example.com.crt");
    expect(new X509Certificate(readFileSync(file)).subjectAltName).toBe("DNS:held.example.com");
    await expectOneEach(holding.identity);
  },
);
