import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { systemActor } from "@/lib/auth/actor";
import type { Role } from "@/lib/auth/permissions";
import { issueCertificate } from "@/lib/certificates/issue-certificate";
import type { CertificateDto } from "@/lib/certificates/schema";
import { closeDatabase, openDatabase } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { readEnv } from "@/lib/env";
import { makeSource } from "@/lib/log/source";
import type { EntryRecord } from "@/lib/log/types";
import { createToken } from "@/lib/tokens/create-token";
import { openDoor, type Door } from "@/server/open-door";
import {
  makeTestHouse,
  makeTestIdentity,
  testActor,
  type TestHouse,
} from "@/server/signer/testing/make-test-house";

const run = promisify(execFile);

export type Client = Readonly<{
  identityId: string;
  certificate: CertificateDto;
  certFile: string;
  keyFile: string;
  cert: string;
  key: string;
}>;

export type Issuing = Readonly<{ identityId?: string; profile?: string; validitySeconds?: number }>;

/** A whole door on loopback with a database of its own: an authority, clients with certificates in files, and a log that moves. */
export type RealDoor = Readonly<{
  house: TestHouse;
  folder: string;
  file: (name: string) => string;
  /** The root's certificate, by which clients know the door. */
  rootFile: string;
  mtlsUrl: () => string;
  httpUrl: () => string;
  mtlsPort: () => number;
  /** The door goes away, and comes back on the same ports. */
  stop: () => Promise<void>;
  start: () => Promise<void>;
  /** A certificate with its key in files; for a new service unless one is named. */
  issue: (name: string, over?: Issuing) => Promise<Client>;
  tokenFor: (role: Role) => Promise<string>;
  /** Everything in the log so far, in its order. */
  entries: () => Promise<EntryRecord[]>;
  close: () => Promise<void>;
}>;

/** Looks again after each pause until it holds; the test's own time limit ends a wait that is in vain. */
export async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await holds())) await pause(20);
}

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** `likeReal`: decisions over connections of their own that give up after 250 ms, and numbered entries, as in a real process. */
export async function openRealDoor({
  likeReal = false,
}: Readonly<{ likeReal?: boolean }> = {}): Promise<RealDoor> {
  const folder = mkdtempSync(join(tmpdir(), "chancery-real-door-")),
    file = (name: string) => join(folder, name);
  const house = await makeTestHouse({ connections: 30 });
  const gate = likeReal ? openDatabase(house.urls.appUrl, { max: 6, patienceMs: 250 }) : null;
  const deps: Deps =
    gate === null
      ? house.deps
      : { ...house.deps, gate, source: makeSource("test/door", house.deps.random.bytes) };
  let ports = { http: 0, https: 0, mtls: 0 },
    door: Door | null = null;
  const start = async (): Promise<void> => {
    const env = readEnv({
      NODE_ENV: "test",
      CHANCERY_HOST: "127.0.0.1",
      CHANCERY_HTTP_PORT: String(ports.http),
      CHANCERY_HTTPS_PORT: String(ports.https),
      CHANCERY_MTLS_PORT: String(ports.mtls),
      CHANCERY_PUBLIC_URL: "http://ca.example.com",
      CHANCERY_RUN_DIR: folder,
    });
    door = await openDoor(deps, env, quiet);
    ports = door.ports;
    await until(async () => (await fetch(`http://127.0.0.1:${ports.http}/readyz`)).ok);
  };
  const stop = async (): Promise<void> => {
    await door?.close(0);
    door = null;
  };
  await start();
  writeFileSync(
    file("root.pem"),
    await (await fetch(`http://127.0.0.1:${ports.http}/ca/root.pem`)).text(),
  );
  return {
    house,
    folder,
    file,
    rootFile: file("root.pem"),
    start,
    stop,
    mtlsUrl: () => `https://127.0.0.1:${ports.mtls}`,
    httpUrl: () => `http://127.0.0.1:${ports.http}`,
    mtlsPort: () => ports.mtls,
    issue: (name, over = {}) => issue(house, file, name, over),
    tokenFor: async (role) =>
      (
        await createToken(house.deps, systemActor("test", "req_test"), {
          name: `test ${role}`,
          role,
          identityId: null,
          expiresInDays: null,
        })
      ).secret ?? "",
    entries: async () => {
      await house.deps.db.pool.query("select tlog.sequence_batch(100000)");
      return (
        await house.asSuper(
          "select convert_from(entry, 'UTF8')::jsonb as entry from tlog.entry order by seq",
        )
      ).map((row) => row["entry"] as EntryRecord);
    },
    close: async () => {
      await stop();
      if (gate !== null) await closeDatabase(gate);
      await house.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function issue(
  house: TestHouse,
  file: (name: string) => string,
  name: string,
  { identityId, profile = "tls-client-service", validitySeconds }: Issuing,
): Promise<Client> {
  const own = identityId ?? (await makeTestIdentity(house.deps, name)),
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
  const certificate = await issueCertificate(house.deps, testActor(), {
    profile,
    identity: own,
    csr: readFileSync(csrFile, "utf8"),
    ...(validitySeconds === undefined ? {} : { validitySeconds }),
  });
  const cert = `${certificate.pem ?? ""}${certificate.chainPem}`;
  writeFileSync(certFile, cert);
  return {
    identityId: own,
    certificate,
    certFile,
    keyFile,
    cert,
    key: readFileSync(keyFile, "utf8"),
  };
}
