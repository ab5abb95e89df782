import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, type Certificate, createIdentity } from "@/e2e/support/api";
import { createCsr } from "@/e2e/support/openssl";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { treeOf } from "@/testing/supervise/process-tree";
import {
  type ChanceryPlace,
  makePlace,
  type ThrowawayChancery,
} from "@/testing/supervise/throwaway-chancery";
import { adminApi, expectVerified, saidBy, startReady, until } from "./harness";

// The data folder of a running Chancery, copied file by file as a person does, and started.
const root = findRepoRoot();
const places: ChanceryPlace[] = [];
let original: ThrowawayChancery;
let copy: ThrowawayChancery | null = null;
let api: Api & { token: string };
let identity: string;

beforeAll(async () => {
  places.push(await makePlace(), await makePlace());
  original = await startReady(placeOf(0), join(root, ".cache/system-copy-original.log"));
  api = await adminApi(original);
  identity = await createIdentity(api, "copied");
}, 400_000);
afterAll(async () => {
  await copy?.stop();
  await original?.stop();
  for (const { dataFolder } of places) rmSync(dataFolder, { recursive: true, force: true });
});

function placeOf(index: number): ChanceryPlace {
  const place = places[index];
  if (!place) throw new Error("unreachable: there are two places");
  return place;
}
async function issue(): Promise<Certificate> {
  const { pem: csr } = await createCsr([`copied-${Math.random()}.example.com`]);
  const { status, body } = await api.post<Certificate>("/certificates", {
    profile: "tls-server",
    identity,
    csr,
  });
  expect(status).toBe(201);
  return body;
}
const statusAt = async ({ httpUrl }: ThrowawayChancery, id: string): Promise<number> =>
  (
    await fetch(`${httpUrl}/api/v1/certificates/${id}`, {
      headers: { authorization: `Bearer ${api.token}` },
    })
  ).status;
const processesOf = ({ pid }: ThrowawayChancery): number[] =>
  treeOf(pid)
    .filter(({ command }) => /dist\/\w+\.mjs|bin\/postgres -D/.test(command))
    .map((one) => one.pid)
    .toSorted((a, b) => a - b);

test("a copy that is started next to its running original says what it is, has its own database, and touches neither processes nor data of the original", async () => {
  const before = await issue();
  const processes = processesOf(original);
  const { dataFolder } = placeOf(1);
  rmSync(dataFolder, { recursive: true });
  execFileSync("cp", ["-a", placeOf(0).dataFolder, dataFolder]);
  const since = await issue();
  copy = await startReady(placeOf(1), join(root, ".cache/system-copy.log"));
  expect(saidBy(copy)).toContain(`is a copy of ${placeOf(0).dataFolder}, which is not touched`);
  expect(await statusAt(copy, before.id)).toBe(200);
  expect(await statusAt(copy, since.id)).toBe(404);
  expect(await statusAt(original, since.id)).toBe(200);
  await copy.stop();
  copy = null;
  expect(processesOf(original)).toEqual(processes);
  const later = await issue();
  expect(await statusAt(original, later.id)).toBe(200);
  await until(async () => (await fetch(`${original.httpUrl}/readyz`)).ok);
  await expectVerified(placeOf(0));
});
