import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Api, apiAt, type Certificate, type Page } from "@/e2e/support/api";
import { createCsr } from "@/e2e/support/openssl";
import { run, type RunResult } from "@/e2e/support/run";
import { listMigrations } from "@/lib/db/schema-state";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import {
  startThrowawayPostgres,
  type ThrowawayPostgres,
} from "@/testing/database/throwaway-postgres";
import { type FilledLog, loadFilledLog } from "@/testing/upgrade/load-filled-log";
import {
  type ChanceryPlace,
  makePlace,
  type ThrowawayChancery,
} from "@/testing/supervise/throwaway-chancery";
import { saidBy, startReady, until } from "./harness";

// A log that an earlier version filled through its API (testing/upgrade/README.md) is started by this
// one, which migrates it: what the first days after an upgrade are like.
const root = findRepoRoot();
const folder = mkdtempSync(join(tmpdir(), "chancery-upgrade-"));
const before = (name: string): string => join(folder, name);

type Alert = Readonly<{ id: string; rule: string; status: string }>;
let filled: FilledLog;
let server: ThrowawayPostgres, superuser: pg.Client;
let place: ChanceryPlace, chancery: ThrowawayChancery, api: Api;
let alertsBefore: readonly Alert[] = [];

const ask = async <T>(sql: string): Promise<T[]> =>
  (await superuser.query(sql)).rows as unknown as T[];
const verify = (...args: readonly string[]): Promise<RunResult> =>
  run(process.execPath, [join(root, "tools/scripts/chancery.mjs"), "verify", ...args], {
    env: { ...process.env, CHANCERY_DATA: place.dataFolder },
  });
const certificateOf = (name: string): Readonly<{ id: string; serial: string }> => {
  const found = filled.certificates[name];
  if (found === undefined) throw new Error(`The filled log has no certificate ${name}.`);
  return found;
};

beforeAll(async () => {
  server = await startThrowawayPostgres();
  const sockets = new URL(server.urls("postgres").appUrl).searchParams.get("host") ?? "";
  chmodSync(sockets, 0o755);
  chmodSync(join(sockets, ".s.PGSQL.5432"), 0o777);
  const administrator = new pg.Client({ connectionString: server.urls("postgres").superUrl });
  await administrator.connect();
  await administrator.query("create database filled owner chancery_owner");
  await administrator.end();
  const urls = server.urls("filled");
  filled = await loadFilledLog(folder, urls.ownerUrl);
  superuser = new pg.Client({ connectionString: urls.superUrl });
  await superuser.connect();
  alertsBefore = await ask("select id, rule, status from alert order by id");
  place = await makePlace();
  const memory = join(place.dataFolder, "witness");
  cpSync(before("backup/memory"), memory, { recursive: true });
  chmodSync(memory, 0o700);
  chancery = await startReady(place, join(root, ".cache/system-upgrade.log"), {
    DATABASE_URL: urls.appUrl,
    DATABASE_SIGNER_URL: urls.signerUrl,
    DATABASE_OWNER_URL: urls.ownerUrl,
    CHANCERY_KEK: filled.kek,
    CHANCERY_PUBLIC_URL: filled.publicUrl,
  });
  api = apiAt(chancery.httpUrl, filled.token);
}, 400_000);
afterAll(async () => {
  await chancery?.stop();
  await superuser?.end();
  await server?.stop();
  if (place) rmSync(place.dataFolder, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
});

test("the start migrates a filled log of an earlier version, and keeps every entry and alert", async () => {
  const applied = await ask<{ name: string }>(
    "select migration_name as name from _prisma_migrations where finished_at is not null order by 1",
  );
  expect(filled.migrations.length).toBeLessThan(applied.length);
  expect(applied.map(({ name }) => name)).toEqual(listMigrations(root));
  expect(filled.entries).toBeGreaterThan(250);
  expect(await ask("select from tlog.segment where sealed")).not.toEqual([]);
  const kept = await ask<Alert>("select id, rule, status from alert order by id");
  expect(kept).toEqual(expect.arrayContaining([...alertsBefore]));
});

test("the whole log verifies after the upgrade, with the tables and the index that the earlier version filled", async () => {
  expect(await verify("--live")).toMatchObject({ code: 0 });
});

test("nothing is reported: no alert is opened, and no line of the output is an error or a warning", async () => {
  // Alerts of rules that look at the present open within ten seconds.
  await pause(12_000);
  const opened = await ask<Alert>(
    // What the earlier version issued is about to expire, or has, when this runs on a later day.
    `select rule from alert where rule <> 'expiry-near' and id not in (${alertsBefore.map(({ id }) => `'${id}'`).join()})`,
  );
  expect(opened).toEqual([]);
  expect(saidBy(chancery)).not.toMatch(/ (error|warn) /);
  expect(await (await fetch(`${chancery.httpUrl}/readyz`)).text()).not.toMatch(/problem|failed/i);
});

describe("an export that was made before", () => {
  const key = async (): Promise<string> =>
    (await fetch(`${chancery.httpUrl}/log/key`)).text().then((text) => text.trim());

  test("verifies with the key that the log has after the upgrade", async () => {
    const all = await verify(before("all.jsonl"), "--key", await key());
    expect(all).toMatchObject({ code: 0 });
    const some = await verify(before("revocations.jsonl"), "--key", await key(), "--partial");
    expect(some).toMatchObject({ code: 0 });
  });

  test("is continued by one that is made after: no entry of it was changed", async () => {
    const [head = ""] = readFileSync(before("all.jsonl"), "utf8").split("\n", 1);
    const { checkpoint } = (JSON.parse(head) as { export: { checkpoint: string } }).export;
    writeFileSync(before("checkpoint"), checkpoint);
    const now = await fetch(`${chancery.httpUrl}/api/v1/audit/export?format=jsonl`, {
      headers: { authorization: `Bearer ${filled.token}` },
    });
    writeFileSync(before("now.jsonl"), await now.text());
    const verified = await verify(before("now.jsonl"), "--since", before("checkpoint"));
    expect(verified).toMatchObject({ code: 0 });
  });
});

describe("what the earlier version did counts", () => {
  test.each([
    ["lost", "revoked", "keyCompromise"],
    ["raised", "revoked", "keyCompromise"],
    ["later", "revoked", "cessationOfOperation"],
    ["held", "held", "certificateHold"],
  ])("the certificate %s is still %s: %s", async (name, status, reason) => {
    const { serial } = certificateOf(name);
    const answer = await fetch(`${chancery.httpUrl}/api/v1/status/issuing/${serial}`);
    expect(await answer.json()).toMatchObject({ status, reason });
  });

  test("the CRL that follows lists all of them, and has a higher number", async () => {
    const numbers = await ask<{ number: string }>(
      "select c.number from crl c join authority a on a.id = c.authority_id where a.slug = 'issuing' order by c.number desc",
    );
    const der = await until(async () => {
      const crl = await fetch(`${chancery.httpUrl}/crl/issuing.crl`);
      return crl.ok ? Buffer.from(await crl.arrayBuffer()) : null;
    });
    for (const name of ["lost", "raised", "later", "held"])
      expect(der.includes(Buffer.from(certificateOf(name).serial, "hex")), name).toBe(true);
    expect(der.includes(Buffer.from(certificateOf("released").serial, "hex"))).toBe(false);
    expect(numbers.length).toBeGreaterThan(0);
  });

  test("a certificate that it rotated is linked both ways", async () => {
    const { id } = certificateOf("web");
    const { body } = await api.get<Certificate>(`/certificates/${id}`);
    expect(body.successorId).toBe(filled.rotated);
    const next = await api.get<Certificate>(`/certificates/${filled.rotated}`);
    expect(next.body.predecessorId).toBe(id);
  });
});

test("issuing, rotating and revoking go on, and the log verifies with what was added", async () => {
  const { body: identities } =
    await api.get<Page<{ id: string; name: string }>>("/identities?q=web");
  const web = identities.items.find(({ name }) => name === "web");
  const csr = async (): Promise<string> => (await createCsr(["after.example.com"])).pem;
  const issued = await api.post<Certificate>("/certificates", {
    profile: "tls-server",
    identity: web?.id,
    csr: await csr(),
  });
  expect(issued).toMatchObject({ status: 201 });
  const rotated = await api.post(`/certificates/${issued.body.id}/rotate`, { csr: await csr() });
  expect(rotated).toMatchObject({ status: 201 });
  const revoked = await api.post(`/certificates/${certificateOf("held").id}/revoke`, {
    reason: "keyCompromise",
    comment: "",
  });
  expect(revoked).toMatchObject({ status: 200 });
  expect(await verify("--live")).toMatchObject({ code: 0 });
});
