import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { systemActor } from "@/lib/access/actor";
import type { Role } from "@/lib/access/roles";
import type { CertificateDto } from "@/lib/certificates/schema";
import { closeDatabase, openDatabase, type Database } from "@/lib/db/database";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { makeRecorder } from "@/lib/log/record/recorder";
import type { RefusalLimits } from "@/lib/log/record/refusal-table";
import type { EntryRecord } from "@/lib/log/types";
import { authTimeoutMs, type GatewayDeps } from "@/lib/runtime/gateway-deps";
import { readEnv } from "@/lib/runtime/env";
import { createToken } from "@/lib/tokens/create-token";
import { type Gateway, startGateway } from "@/server/gateway/start-gateway";
import { adminActor } from "@/testing/actors";
import { createTestCa, createTestIdentity } from "@/testing/ca/create-test-ca";
import type { Harness } from "@/testing/harness";
import { makeTestRecorder } from "@/testing/recorder";

const run = promisify(execFile);

export type Client = Readonly<{
  identityId: string;
  certificate: CertificateDto;
  certFile: string;
  keyFile: string;
  cert: string;
  key: string;
}>;

export type IssueOptions = Readonly<{
  identityId?: string;
  profile?: string;
  validitySeconds?: number;
}>;

/**
 * A whole gateway on loopback with its own database: a CA, clients with certificates in
 * files, and a log that is published.
 */
export type TestGateway = Readonly<{
  harness: Harness;
  folder: string;
  file: (name: string) => string;
  /** The root's certificate, by which clients know the gateway. */
  rootFile: string;
  mtlsUrl: () => string;
  httpUrl: () => string;
  httpsUrl: () => string;
  mtlsPort: () => number;
  /** The gateway goes away, and comes back on the same ports. */
  stop: () => Promise<void>;
  start: () => Promise<void>;
  /** A certificate with its key in files; for a new service unless one is named. */
  issue: (name: string, over?: IssueOptions) => Promise<Client>;
  tokenFor: (role: Role) => Promise<string>;
  /** Everything in the log so far, in its order. */
  entries: () => Promise<EntryRecord[]>;
  close: () => Promise<void>;
}>;

/**
 * Looks again after each pause until it holds; the test's own time limit ends a wait that is in
 * vain.
 */
export async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await holds())) await pause(20);
}

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

type TestGatewayOptions = Readonly<{
  likeReal?: boolean;
  refusals?: RefusalLimits | undefined;
  /** The key of secrets, where outgoing connections may go, and how challenges are validated. */
  settings?: Pick<GatewayDeps, "delivery" | "acme">;
  /** What the gateway has instead of its database. */
  database?: (db: Database) => Database;
}>;

/**
 * `likeReal`: decisions over separate connections with a timeout of 250 ms, and numbered
 * entries, as in a real process. `refusals` limits what is recorded of unknown callers.
 */
export async function openTestGateway({
  likeReal = false,
  refusals,
  settings = {},
  database = (db) => db,
}: TestGatewayOptions = {}): Promise<TestGateway> {
  const folder = mkdtempSync(join(tmpdir(), "chancery-real-gateway-")),
    file = (name: string) => join(folder, name);
  const harness = await createTestCa({ connections: 30 });
  const { deps, gate } = depsOf(harness, { likeReal, refusals, settings, database });
  let ports = { http: 0, https: 0, mtls: 0 },
    gateway: Gateway | null = null;
  const start = async (): Promise<void> => {
    gateway = await startGateway(deps, makeGatewayEnv(ports, folder), quiet);
    ports = gateway.ports;
    await until(async () => (await fetch(`http://127.0.0.1:${ports.http}/readyz`)).ok);
  };
  const stop = async (): Promise<void> => {
    await gateway?.close(0);
    gateway = null;
  };
  await start();
  writeFileSync(
    file("root.pem"),
    await (await fetch(`http://127.0.0.1:${ports.http}/ca/root.pem`)).text(),
  );
  return {
    harness,
    folder,
    file,
    rootFile: file("root.pem"),
    start,
    stop,
    mtlsUrl: () => `https://127.0.0.1:${ports.mtls}`,
    httpsUrl: () => `https://127.0.0.1:${ports.https}`,
    httpUrl: () => `http://127.0.0.1:${ports.http}`,
    mtlsPort: () => ports.mtls,
    issue: (name, over = {}) => issue(harness, file, name, over),
    tokenFor: (role) => createTokenFor(harness, role),
    entries: () => readEntries(harness),
    close: async () => {
      await stop();
      if (gate !== null) await closeDatabase(gate);
      await harness.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function depsOf(
  harness: Harness,
  { likeReal, refusals, settings, database = (db) => db }: TestGatewayOptions,
): Readonly<{ deps: GatewayDeps; gate: Database | null }> {
  const gate = likeReal
    ? openDatabase(harness.urls.appUrl, { max: 6, statementTimeoutMs: authTimeoutMs })
    : null;
  const recorder = makeTestRecorder(harness.deps, "test/gateway", refusals);
  const db = database(harness.deps.db);
  const ownRecorder = makeRecorder({ ...harness.deps.recorder, db });
  const faulty = { db, recorder: ownRecorder, authDb: db, authRecorder: ownRecorder };
  const own = { ...harness.deps, ...settings, ...(db === harness.deps.db ? {} : faulty) };
  const deps: GatewayDeps =
    gate === null
      ? { ...own, ...(refusals ? { recorder, authRecorder: recorder } : {}) }
      : {
          ...own,
          recorder,
          authDb: gate,
          authTimeoutMs,
          authRecorder: makeRecorder({ ...recorder, db: gate }),
        };
  return { deps, gate };
}

const makeGatewayEnv = (ports: Gateway["ports"], folder: string) =>
  readEnv({
    NODE_ENV: "test",
    CHANCERY_HOST: "127.0.0.1",
    CHANCERY_HTTP_PORT: String(ports.http),
    CHANCERY_HTTPS_PORT: String(ports.https),
    CHANCERY_MTLS_PORT: String(ports.mtls),
    CHANCERY_PUBLIC_URL: "http://ca.example.com",
    CHANCERY_RUN_DIR: folder,
  });

async function createTokenFor({ deps }: Harness, role: Role): Promise<string> {
  const { result } = await createToken(deps, systemActor("test", "req_test"), {
    name: `test ${role}`,
    role,
    identityId: null,
    expiresInDays: null,
  });
  return result.secret ?? "";
}

async function readEntries({ deps, asSuper }: Harness): Promise<EntryRecord[]> {
  await deps.db.pool.query("select tlog.sequence_batch(100000)");
  const rows = await asSuper(
    "select convert_from(entry, 'UTF8')::jsonb as entry from tlog.entry order by seq",
  );
  return rows.map((row) => row["entry"] as EntryRecord);
}

async function issue(
  harness: Harness,
  file: (name: string) => string,
  name: string,
  { identityId, profile = "tls-client-service", validitySeconds }: IssueOptions,
): Promise<Client> {
  const own = identityId ?? (await createTestIdentity(harness.deps, name)),
    unique = `${name}-${randomBytes(4).toString("hex")}`;
  const [certFile, keyFile, csrFile] = [
    file(`${unique}.pem`),
    file(`${unique}.key`),
    file(`${unique}.csr`),
  ];
  await run("openssl", [
    "req",
    "-new",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
    "-keyout",
    keyFile,
    "-out",
    csrFile,
    "-subj",
    `/CN=${name}.example.com`,
    "-addext",
    `subjectAltName=DNS:${name}.example.com`,
  ]);
  const certificate = await issueCertificate(harness.deps, adminActor(), {
    profile,
    identity: own,
    csr: readFileSync(csrFile, "utf8"),
    ...(validitySeconds === undefined ? {} : { validitySeconds }),
  });
  const cert = `${certificate.result.pem ?? ""}${certificate.result.chainPem}`;
  writeFileSync(certFile, cert);
  return {
    identityId: own,
    certificate: certificate.result,
    certFile,
    keyFile,
    cert,
    key: readFileSync(keyFile, "utf8"),
  };
}
