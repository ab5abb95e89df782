import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Agent, get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, type Certificate, createIdentity } from "@/e2e/support/api";
import { createCsr } from "@/e2e/support/openssl";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { readRunFile } from "@/lib/runtime/run-file";
import {
  type ChanceryPlace,
  makePlace,
  startChanceryAt,
  type ThrowawayChancery,
} from "@/testing/supervise/throwaway-chancery";
import { adminApi, startReady, until } from "./harness";

// A whole Chancery with three gateways that accept on the same ports.
const workers = 3;
let place: ChanceryPlace, chancery: ThrowawayChancery, api: Api & { token: string }, folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "chancery-workers-"));
  place = await makePlace();
  const log = join(findRepoRoot(), ".cache/system-workers.log");
  chancery = await startReady(place, log, { CHANCERY_WORKERS: String(workers) });
  api = await adminApi(chancery);
}, 400_000);
afterAll(async () => {
  await chancery?.stop();
  rmSync(place.dataFolder, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
});

type Answer = Readonly<{ status: number; body: Buffer }>;

/** Over a new connection, so that any of the gateways may be the one that answers. */
function ask(path: string): Promise<Answer> {
  const agent = new Agent({ keepAlive: false });
  return new Promise((resolve, reject) => {
    get(`${chancery.httpUrl}${path}`, { agent }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts) }),
      );
    }).on("error", reject);
  });
}

const askTimes = (count: number, path: string): Promise<Answer[]> =>
  Promise.all(Array.from({ length: count }, () => ask(path)));

const gateways = (): readonly Readonly<{ name: string; pid: number }>[] =>
  (readRunFile(place.dataFolder)?.processes ?? []).filter(({ name }) => name.startsWith("gateway"));

async function countOf(area: string): Promise<number> {
  const text = (await ask("/metrics")).body.toString();
  const line = new RegExp(`^chancery_requests_total\\{area="${area}",status="200"\\} (\\d+)$`, "m");
  return Number(line.exec(text)?.[1] ?? 0);
}

async function issue(name: string): Promise<Certificate> {
  const { pem: csr } = await createCsr([`${name}.example.com`]);
  const identity = await createIdentity(api, name);
  const asked = { profile: "tls-server", identity, csr };
  const { status, body } = await api.post<Certificate>("/certificates", asked);
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
}

function isListed(crl: Buffer, serial: string): boolean {
  const file = join(folder, "issuing.crl");
  writeFileSync(file, crl);
  const text = execFileSync("openssl", ["crl", "-inform", "DER", "-in", file, "-noout", "-text"]);
  return text.toString().toLowerCase().includes(serial.toLowerCase());
}

test("run.json names each gateway with its own process, as doctor shows them", () => {
  const named = gateways();
  expect(named.map(({ name }) => name).toSorted()).toEqual(["gateway", "gateway-2", "gateway-3"]);
  expect(new Set(named.map(({ pid }) => pid)).size).toBe(workers);
});

test("whichever gateway is asked for metrics, they count the requests of all of them", async () => {
  const before = await countOf("status");
  const asked = await askTimes(90, "/ca/issuing.cer");
  expect(asked.map(({ status }) => status)).toEqual(asked.map(() => 200));
  await until(async () => {
    const counts = await Promise.all(Array.from({ length: 12 }, () => countOf("status")));
    return counts.every((count) => count === before + asked.length);
  });
});

test("every gateway serves the CRL with a revocation that one of them was asked for", async () => {
  const certificate = await issue("revoked");
  const { status } = await api.post(`/certificates/${certificate.id}/revoke`, {
    reason: "superseded",
  });
  expect(status).toBe(200);
  await until(async () => {
    const crls = await askTimes(24, "/crl/issuing.crl");
    return crls.every(({ body }) => isListed(body, certificate.serial));
  });
});

test("certificates asked for at once over many connections are each issued once", async () => {
  const certificates = await Promise.all(
    Array.from({ length: 12 }, (_none, n) => issue(`parallel-${n}`)),
  );
  expect(new Set(certificates.map(({ serial }) => serial)).size).toBe(12);
});

test("the others go on when a gateway is killed, its counts are kept, and it is started again", async () => {
  const counted = await until(async () => {
    const counts = await Promise.all(Array.from({ length: 6 }, () => countOf("status")));
    return counts.every((count) => count === counts[0]) && counts[0];
  });
  const killed = gateways().find(({ name }) => name === "gateway-2")?.pid ?? 0;
  process.kill(killed, "SIGKILL");
  await until(() => gateways().some(({ name, pid }) => name === "gateway-2" && pid !== killed));
  const asked = await askTimes(30, "/ca/issuing.cer");
  expect(asked.map(({ status }) => status)).toEqual(asked.map(() => 200));
  await until(async () => (await countOf("status")) === counted + asked.length);
});

test("another Chancery does not share its ports: it says which port is in use, and does not start", async () => {
  const other = await makePlace();
  const same: ChanceryPlace = { ...other, ports: place.ports };
  const settings = { CHANCERY_WORKERS: "2", CHANCERY_ADMIN_EMAIL: "" };
  await expect(startChanceryAt(same, settings)).rejects.toThrow(
    `Port ${place.ports[0]} on 127.0.0.1 is in use by another program. Stop that program, or set CHANCERY_HTTP_PORT to a free port.`,
  );
  rmSync(other.dataFolder, { recursive: true, force: true });
});
