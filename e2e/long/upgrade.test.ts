import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Api, apiAt, type Certificate, createIdentity } from "@/e2e/support/api";
import { createCsr } from "@/e2e/support/openssl";
import { run, runOrThrow, type RunResult } from "@/e2e/support/run";
import { saidBy, startReady, until } from "@/e2e/system/harness";
import { listMigrations } from "@/lib/db/schema-state";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { readRunFile } from "@/lib/runtime/run-file";
import {
  buildEarlierVersion,
  type EarlierVersion,
  findCommitBefore,
} from "@/testing/supervise/earlier-version";
import {
  type ChanceryPlace,
  makePlace,
  type ThrowawayChancery,
} from "@/testing/supervise/throwaway-chancery";

// An earlier version of this repository fills a data folder through its API, and this one is started
// on it, which migrates it: what the first days after an upgrade are like.
const earlierThan = "20261201000200_enrollment_secrets";
const commit = findCommitBefore(earlierThan);
const root = findRepoRoot();
const folder = mkdtempSync(join(tmpdir(), "chancery-upgrade-"));
const before = (name: string): string => join(folder, name);

type Alert = Readonly<{ id: string; rule: string; status: string }>;
let earlier: EarlierVersion;
let place: ChanceryPlace, chancery: ThrowawayChancery, api: Api;
let token: string, web: string, rotated: string;
const certificates = new Map<string, Readonly<{ id: string; serial: string }>>();
let migrationsBefore: readonly string[] = [];
let alertsBefore: readonly Alert[] = [];
let entriesBefore = 0;

async function ask<T>(sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: readRunFile(place.dataFolder)?.databaseUrl });
  await client.connect();
  try {
    return (await client.query(sql)).rows as unknown as T[];
  } finally {
    await client.end();
  }
}
const migrations = async (): Promise<string[]> =>
  (
    await ask<{ name: string }>(
      "select migration_name as name from _prisma_migrations where finished_at is not null order by 1",
    )
  ).map(({ name }) => name);
const alerts = () => ask<Alert>("select id, rule, status from alert order by id");
const environment = () => ({ ...process.env, CHANCERY_DATA: place.dataFolder });
const verify = (...args: readonly string[]): Promise<RunResult> =>
  run(process.execPath, [join(root, "tools/scripts/chancery.mjs"), "verify", ...args], {
    env: environment(),
  });
const certificateOf = (name: string): Readonly<{ id: string; serial: string }> => {
  const found = certificates.get(name);
  if (found === undefined) throw new Error(`There is no certificate ${name}.`);
  return found;
};
async function post<T>(path: string, body: object): Promise<T> {
  const { status, body: answer } = await api.post<T>(path, body);
  if (status > 201) throw new Error(`${path}: ${status} ${JSON.stringify(answer)}`);
  return answer;
}
const issue = async (identity: string, name: string): Promise<Certificate> =>
  post("/certificates", {
    profile: "tls-server",
    identity,
    csr: (await createCsr([`${name}.example.com`])).pem,
  });
/** Asks again while the search index is behind the log: then an export by filter is refused. */
async function saveExport(name: string, query: string): Promise<void> {
  const text = await until(async () => {
    const answer = await fetch(`${chancery.httpUrl}/api/v1/audit/export?format=jsonl${query}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    return answer.ok ? answer.text() : null;
  });
  writeFileSync(before(name), text);
}

/** What people and services did before the upgrade. */
async function fill(): Promise<void> {
  web = await createIdentity(api, "web");
  for (const name of ["web", "lost", "raised", "later", "held", "released", "fine"]) {
    const { id, serial } = await issue(web, name);
    certificates.set(name, { id, serial });
  }
  const revoke = (name: string, reason: string) =>
    post(`/certificates/${certificateOf(name).id}/revoke`, { reason, comment: "" });
  const csr = (await createCsr(["web.example.com"])).pem;
  rotated = (await post<Certificate>(`/certificates/${certificateOf("web").id}/rotate`, { csr }))
    .id;
  await revoke("lost", "keyCompromise");
  await revoke("raised", "superseded");
  await revoke("raised", "keyCompromise");
  await revoke("later", "cessationOfOperation");
  await revoke("held", "certificateHold");
  await revoke("released", "certificateHold");
  await post(`/certificates/${certificateOf("released").id}/release`, { comment: "" });
  const user = { name: "Auditor", email: "auditor@example.com", role: "auditor" };
  await api.post("/users", { ...user, password: "another long password" });
  const made = await post<{ id: string }>("/tokens", { name: "deploy", role: "operator" });
  await post(`/tokens/${made.id}/revoke`, {});
  await api.get("/certificates?limit=5");
  // Refused, and recorded as that.
  await api.post("/certificates", { profile: "tls-server", identity: web, csr: "none" });
}

beforeAll(async () => {
  if (commit === null) return;
  earlier = await buildEarlierVersion(commit);
  place = await makePlace();
  chancery = await startReady(
    place,
    join(root, ".cache/long-upgrade-before.log"),
    {},
    earlier.folder,
  );
  const script = join(earlier.folder, "tools/scripts/chancery.mjs");
  const args = [script, "token", "create", "--role", "admin", "--name", "upgrade"];
  token = (await runOrThrow(process.execPath, args, { env: environment() })).trim();
  api = apiAt(chancery.httpUrl, token);
  await fill();
  await saveExport("all.jsonl", "");
  await saveExport("revocations.jsonl", "&action=certificate.revoked");
  [migrationsBefore, alertsBefore] = [await migrations(), await alerts()];
  entriesBefore =
    (await ask<{ n: number }>("select count(*)::int as n from tlog.entry"))[0]?.n ?? 0;
  await chancery.stop();
  chancery = await startReady(place, join(root, ".cache/long-upgrade.log"));
  api = apiAt(chancery.httpUrl, token);
}, 900_000);
afterAll(async () => {
  await chancery?.stop();
  earlier?.remove();
  if (place) rmSync(place.dataFolder, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(commit === null)(
  `after an upgrade${commit === null ? " (this clone lacks the history of an earlier version)" : ""}`,
  () => {
    test("the start migrates a filled log of an earlier version, and keeps every entry and alert", async () => {
      const applied = await migrations();
      expect(migrationsBefore).not.toContain(earlierThan);
      expect(applied).toEqual(listMigrations(root));
      expect(applied.slice(0, migrationsBefore.length)).toEqual(migrationsBefore);
      expect(entriesBefore).toBeGreaterThan(30);
      const [entries] = await ask<{ n: number }>("select count(*)::int as n from tlog.entry");
      expect(entries?.n).toBeGreaterThanOrEqual(entriesBefore);
      expect(await alerts()).toEqual(expect.arrayContaining([...alertsBefore]));
    });

    test("the whole log verifies after the upgrade, with the tables and the index that the earlier version filled", async () => {
      expect(await verify("--live")).toMatchObject({ code: 0 });
    });

    test("nothing is reported: no alert is opened, and no line of the output is an error or a warning", async () => {
      // Alerts of rules that look at the present open within ten seconds.
      await pause(12_000);
      const known = new Set(alertsBefore.map(({ id }) => id));
      expect((await alerts()).filter(({ id }) => !known.has(id))).toEqual([]);
      expect(saidBy(chancery)).not.toMatch(/ (error|warn) /);
      expect(await (await fetch(`${chancery.httpUrl}/readyz`)).text()).not.toMatch(
        /problem|failed/i,
      );
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
        await saveExport("now.jsonl", "");
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
        expect(body.successorId).toBe(rotated);
        const next = await api.get<Certificate>(`/certificates/${rotated}`);
        expect(next.body.predecessorId).toBe(id);
      });
    });

    test("issuing, rotating and revoking go on, and the log verifies with what was added", async () => {
      const issued = await issue(web, "after");
      const csr = (await createCsr(["after.example.com"])).pem;
      await post(`/certificates/${issued.id}/rotate`, { csr });
      const reason = "keyCompromise";
      await post(`/certificates/${certificateOf("held").id}/revoke`, { reason, comment: "" });
      expect(await verify("--live")).toMatchObject({ code: 0 });
    });
  },
);
