import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, type Certificate, createIdentity } from "@/e2e/support/api";
import { createCsr } from "@/e2e/support/openssl";
import { run, type RunResult } from "@/e2e/support/run";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import {
  startThrowawayPostgres,
  type ThrowawayPostgres,
} from "@/testing/database/throwaway-postgres";
import {
  type ChanceryPlace,
  makePlace,
  startChanceryAt,
  type ThrowawayChancery,
} from "@/testing/supervise/throwaway-chancery";
import { adminApi, startReady } from "./harness";

// Chancery on the operator's own server, backed up and restored into an empty database of that
// server by the commands of docs/operating.md alone.
const root = findRepoRoot();
let server: ThrowawayPostgres, superuser: pg.Client;
let originalPlace: ChanceryPlace, restoredPlace: ChanceryPlace;
let original: ThrowawayChancery,
  restored: ThrowawayChancery | null = null;
let api: Api, certificate: Certificate, folder: string;

const databaseUrls = (database: string): Record<string, string> => {
  const { appUrl, signerUrl, ownerUrl } = server.urls(database);
  return { DATABASE_URL: appUrl, DATABASE_SIGNER_URL: signerUrl, DATABASE_OWNER_URL: ownerUrl };
};
const chancery = (
  { dataFolder }: ChanceryPlace,
  args: readonly string[],
  settings: Record<string, string> = {},
): Promise<RunResult> =>
  run(process.execPath, [join(root, "tools/scripts/chancery.mjs"), ...args], {
    env: { ...process.env, CHANCERY_DATA: dataFolder, ...settings },
  });
/** Lets the users of all processes connect, as a server of the system does; passwords guard it. */
function openToAll(): void {
  const sockets = new URL(server.urls("postgres").appUrl).searchParams.get("host") ?? "";
  chmodSync(sockets, 0o755);
  chmodSync(join(sockets, ".s.PGSQL.5432"), 0o777);
}
const makeDatabase = async (name: string): Promise<void> => {
  await superuser.query(`create database ${name} owner chancery_owner`);
};

beforeAll(async () => {
  server = await startThrowawayPostgres();
  openToAll();
  superuser = new pg.Client({ connectionString: server.urls("postgres").superUrl });
  await superuser.connect();
  await makeDatabase("first");
  [originalPlace, restoredPlace] = [await makePlace(), await makePlace()];
  folder = mkdtempSync(join(tmpdir(), "chancery-own-postgresql-"));
  const log = join(root, ".cache/system-own-postgresql.log");
  original = await startReady(originalPlace, log, databaseUrls("first"));
  api = await adminApi(original);
  const { pem: csr } = await createCsr(["own-server.example.com"]);
  const { status, body } = await api.post<Certificate>("/certificates", {
    profile: "tls-server",
    identity: await createIdentity(api, "own server"),
    csr,
  });
  if (status !== 201) throw new Error(JSON.stringify(body));
  certificate = body;
}, 400_000);
afterAll(async () => {
  await restored?.stop();
  await original?.stop();
  await superuser?.end();
  await server?.stop();
  for (const { dataFolder } of [originalPlace, restoredPlace])
    rmSync(dataFolder, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
});

test("without the owner's connection a backup is refused and says what to set", async () => {
  const refused = await chancery(originalPlace, ["backup", join(folder, "refused")]);
  expect(refused).toMatchObject({ code: 1 });
  expect(refused.stderr).toMatch(/needs a role that reads every table: set DATABASE_OWNER_URL/);
});

test("a backup of a running instance is restored into another database of the same server, verified, and has the certificate", async () => {
  const { DATABASE_OWNER_URL: owner = "" } = databaseUrls("first");
  const backup = join(folder, "backup");
  const made = await chancery(originalPlace, ["backup", backup], { DATABASE_OWNER_URL: owner });
  expect(made).toMatchObject({ code: 0 });

  const occupied = await chancery(restoredPlace, ["restore", backup], {
    ...databaseUrls("first"),
    CHANCERY_KEK_FILE: join(originalPlace.dataFolder, "kek"),
  });
  expect(occupied).toMatchObject({ code: 1 });
  expect(occupied.stderr).toMatch(/database is not empty/);

  await makeDatabase("second");
  mkdirSync(restoredPlace.dataFolder, { recursive: true });
  copyFileSync(join(originalPlace.dataFolder, "kek"), join(restoredPlace.dataFolder, "kek"));
  const done = await chancery(restoredPlace, ["restore", backup], databaseUrls("second"));
  expect(done.all).toMatch(/The whole log was verified/);
  expect(done).toMatchObject({ code: 0 });

  await original.stop();
  restored = await startChanceryAt(
    restoredPlace,
    databaseUrls("second"),
    join(root, ".cache/system-own-postgresql-restored.log"),
  );
  const verified = await chancery(restoredPlace, ["verify", "--live"]);
  expect(verified).toMatchObject({ code: 0 });
  const status = await fetch(`${restored.httpUrl}/api/v1/status/issuing/${certificate.serial}`);
  expect(await status.json()).toMatchObject({ status: "valid" });
});
