import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, type Certificate, createIdentity } from "@/e2e/support/api";
import { createCsr } from "@/e2e/support/openssl";
import { run, type RunResult } from "@/e2e/support/run";
import { readCrl } from "@/lib/pki/crl-reader";
import { parseCheckpoint } from "@/lib/log/pure/checkpoint";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import {
  type ChanceryPlace,
  makePlace,
  startChanceryAt,
  type ThrowawayChancery,
} from "@/testing/supervise/throwaway-chancery";
import { adminApi, startReady, until } from "./harness";

// A whole Chancery that is backed up while it works, and what a restore makes of the backup: next to
// the original that goes on, and in the original's place, whose log has gone on.
const root = findRepoRoot();
let original: ThrowawayChancery, originalPlace: ChanceryPlace, otherPlace: ChanceryPlace;
let other: ThrowawayChancery | null = null;
let api: Api, identity: string, backup: string, revoked: Certificate;

const scheduled = (): string => join(dirname(backup), "scheduled");
const chancery = (dataFolder: string, ...args: string[]): Promise<RunResult> =>
  run(process.execPath, [join(root, "tools/scripts/chancery.mjs"), ...args], {
    env: { ...process.env, CHANCERY_DATA: dataFolder },
  });
const checkpointOf = async ({ httpUrl }: ThrowawayChancery) =>
  parseCheckpoint(await (await fetch(`${httpUrl}/log/checkpoint`)).text());
const crlLists = async ({ httpUrl }: ThrowawayChancery, serial: string): Promise<boolean> => {
  const answer = await fetch(`${httpUrl}/crl/issuing.crl`);
  if (!answer.ok) return false;
  return readCrl(Buffer.from(await answer.arrayBuffer())).has(Buffer.from(serial, "hex"));
};
const issue = async (): Promise<Certificate> => {
  const { pem: csr } = await createCsr([`backup-${Math.random()}.example.com`]);
  const { status, body } = await api.post<Certificate>("/certificates", {
    profile: "tls-server",
    identity,
    csr,
  });
  if (status !== 201) throw new Error(JSON.stringify(body));
  return body;
};

beforeAll(async () => {
  originalPlace = await makePlace();
  otherPlace = await makePlace();
  backup = join(dirname(originalPlace.dataFolder), `backup-${process.pid}`, "first");
  mkdirSync(dirname(backup));
  original = await startReady(originalPlace, join(root, ".cache/system-backup.log"), {
    CHANCERY_BACKUP_DIR: scheduled(),
    CHANCERY_BACKUP_EVERY: "1 minute",
    CHANCERY_BACKUP_KEEP: "1",
  });
  api = await adminApi(original);
  identity = await createIdentity(api, "backup");
  revoked = await issue();
  await api.post(`/certificates/${revoked.id}/revoke`, { reason: "keyCompromise", comment: "" });
}, 400_000);
afterAll(async () => {
  await other?.stop();
  await original?.stop();
  for (const place of [originalPlace, otherPlace])
    if (place) rmSync(place.dataFolder, { recursive: true, force: true });
  rmSync(dirname(backup), { recursive: true, force: true });
});

test("a backup that is made while certificates are issued is whole, and the audit log has its digest", async () => {
  let going = true;
  const load = (async () => {
    while (going) await issue();
  })();
  const made = await chancery(originalPlace.dataFolder, "backup", backup);
  going = false;
  await load;
  expect(made).toMatchObject({ code: 0 });
  const manifest = readFileSync(join(backup, "manifest.json"), "utf8");
  const kek = readFileSync(join(originalPlace.dataFolder, "kek"), "utf8").trim();
  expect(manifest).not.toContain(kek);
  const digest = /[0-9a-f]{64}/.exec(made.stderr)?.[0] ?? "";
  await until(async () => {
    const { body } = await api.get<{ items: { details: { manifestSha256?: string } }[] }>(
      "/audit/events?action=backup.made",
    );
    return body.items.some(({ details }) => details.manifestSha256 === digest);
  });
});

test("restored into another folder while the original runs, the log is verified and its CRL lists the revoked, and it is continued instead of forked", async () => {
  const { dataFolder } = otherPlace;
  const refused = await chancery(dataFolder, "restore", backup);
  expect(refused).toMatchObject({ code: 1, stdout: "" });
  expect(refused.stderr).toMatch(/kek is missing/);
  copyFileSync(join(originalPlace.dataFolder, "kek"), join(dataFolder, "kek"));
  // Run where the original is found, whose database is not the one to restore into.
  const restored = await chancery(originalPlace.dataFolder, "restore", backup, "--to", dataFolder);
  expect(restored.all).toMatch(/The whole log was verified[^]*The log is halted/);
  expect(restored.code).toBe(0);
  const [http] = otherPlace.ports;
  other = await startChanceryAt(otherPlace, {}, join(root, ".cache/system-backup-other.log"));
  await until(() => crlLists(other as ThrowawayChancery, revoked.serial));
  const verified = await chancery(dataFolder, "verify", "--live");
  expect(verified).toMatchObject({ code: 0 });
  const state = await chancery(dataFolder, "log", "state");
  expect(state).toMatchObject({ code: 1 });
  expect(state.stdout).toMatch(/restored from the backup/);
  const before = await checkpointOf(original);
  const continued = await chancery(dataFolder, "log", "continue", "--comment", "a restore");
  expect(continued).toMatchObject({ code: 0 });
  await until(async () =>
    (await checkpointOf(other as ThrowawayChancery)).origin.startsWith(`localhost:${http}/log/`),
  );
  const after = await checkpointOf(other);
  expect(after.origin).not.toBe(before.origin);
  expect((await checkpointOf(original)).origin).toBe(before.origin);
  await until(async () => (await chancery(dataFolder, "verify", "--live")).code === 0);
  expect((await chancery(dataFolder, "restore", backup)).stderr).toMatch(/is running on/);
  await other.stop();
  expect((await chancery(dataFolder, "restore", backup)).stderr).toMatch(
    /holds a database already/,
  );
  other = null;
});

test("backups are made on schedule, the newest is kept, and their age is a metric", async () => {
  const names = () =>
    existsSync(scheduled()) ? readdirSync(scheduled()).filter((name) => name.endsWith("Z")) : [];
  const [first] = await until(() => (names().length > 0 ? names() : null));
  const metrics = await (await fetch(`${original.httpUrl}/metrics`)).text();
  expect(metrics).toMatch(/^chancery_backup_age_seconds \d/m);
  await until(() => names().length === 1 && names()[0] !== first);
});

test("an old backup in place of a log that went on is not signed on: the log halts and says how many entries are missing", async () => {
  const later = await issue();
  await api.post(`/certificates/${later.id}/revoke`, { reason: "keyCompromise", comment: "" });
  await until(() => crlLists(original, later.serial));
  const signed = await checkpointOf(original);
  await original.stop();
  const { dataFolder } = originalPlace;
  renameSync(join(dataFolder, "pg"), join(dataFolder, "pg-lost"));
  const restored = await chancery(dataFolder, "restore", backup);
  expect(restored.all).toMatch(/are missing and the log halts/);
  expect(restored.code).toBe(0);
  original = await startChanceryAt(originalPlace, {}, join(root, ".cache/system-backup-again.log"));
  const state = await until(async () => {
    const answer = await chancery(dataFolder, "log", "state");
    return answer.code === 1 ? answer : null;
  });
  expect(state.stdout).toMatch(/entries, but the database holds \d+: \d+ are missing/);
  // What was revoked after the backup is on the CRL, because the signer's memory was not replaced.
  await until(() => crlLists(original, later.serial));
  const published = await checkpointOf(original);
  expect(published.size).toBeLessThan(signed.size);
});
