import { execFile } from "node:child_process";
import type { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request as openRequest } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { releaseCertificate } from "@/lib/certificates/release-certificate";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import type { CertificateDto } from "@/lib/certificates/schema";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { readEnv } from "@/lib/runtime/env";
import { adminActor } from "@/testing/actors";
import { createTestIdentity } from "@/testing/ca/create-test-ca";
import { openHarness, type Harness } from "@/testing/harness";
import { type Gateway, startGateway } from "./start-gateway";

const run = promisify(execFile),
  folder = mkdtempSync(join(tmpdir(), "chancery-gateway-")),
  file = (name: string) => join(folder, name);
const lines: string[] = [],
  say = (text: string) => void lines.push(text),
  log = { debug: say, info: say, warn: say, error: say };
let harness: Harness,
  one: Gateway,
  two: Gateway,
  identity: string,
  made = 0;

const env = (host: string, settings: Record<string, string> = {}) =>
  readEnv({
    NODE_ENV: "test",
    CHANCERY_HOST: host,
    CHANCERY_HTTP_PORT: "0",
    CHANCERY_HTTPS_PORT: "0",
    CHANCERY_MTLS_PORT: "0",
    CHANCERY_PUBLIC_URL: "http://ca.example.com",
    CHANCERY_RUN_DIR: folder,
    ...settings,
  });
const at = (gateway: Gateway, path: string) => `http://127.0.0.1:${gateway.ports.http}${path}`;
/** A file that the gateway serves; fails with its answer if it is another. */
async function served(gateway: Gateway, path: string): Promise<Buffer> {
  const answer = await fetch(at(gateway, path));
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return Buffer.from(await answer.arrayBuffer());
}
const status = async (gateway: Gateway, path: string) => (await fetch(at(gateway, path))).status;

/**
 * Looks again after each pause until it holds; the test's own time limit ends a wait that is in
 * vain.
 */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((done) => setTimeout(done, 20));
}
async function issue(profile = "tls-server"): Promise<CertificateDto & { name: string }> {
  const name = `leaf-${++made}`;
  await run("openssl", [
    "req",
    "-new",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
    "-keyout",
    file(`${name}.key`),
    "-out",
    file(`${name}.csr`),
    "-subj",
    `/CN=${name}.example.com`,
    "-addext",
    `subjectAltName=DNS:${name}.example.com`,
  ]);
  const { readFile } = await import("node:fs/promises");
  const { result: certificate } = await issueCertificate(harness.deps, adminActor(), {
    profile,
    identity,
    csr: await readFile(file(`${name}.csr`), "utf8"),
  });
  writeFileSync(file(`${name}.pem`), certificate.pem ?? "");
  return { ...certificate, name };
}
async function ocsp(gateway: Gateway, name: string): Promise<string> {
  const { stdout, stderr } = await run("openssl", [
    "ocsp",
    "-issuer",
    file("issuing.pem"),
    "-cert",
    file(`${name}.pem`),
    "-url",
    at(gateway, "/ocsp"),
    "-CAfile",
    file("trust.pem"),
    "-no_nonce",
  ]);
  expect(stderr).toContain("Response verify OK");
  return /: (good|revoked|unknown)$/m.exec(stdout)?.[1] ?? stdout;
}
async function crl(gateway: Gateway): Promise<string> {
  writeFileSync(file("crl.der"), await served(gateway, "/crl/issuing.crl"));
  await run("openssl", [
    "crl",
    "-inform",
    "DER",
    "-in",
    file("crl.der"),
    "-noout",
    "-verify",
    "-CAfile",
    file("trust.pem"),
  ]);
  return (
    await run("openssl", ["crl", "-inform", "DER", "-in", file("crl.der"), "-noout", "-text"])
  ).stdout.toLowerCase();
}

beforeAll(async () => {
  harness = await openHarness({ sequencer: false, connections: 30 });
  one = await startGateway(harness.deps, env("127.0.0.1"), log);
});
afterAll(async () => {
  await Promise.all([one.close(100), two.close(100)]);
  await harness.close();
  rmSync(folder, { recursive: true, force: true });
});

test("before setup the gateway serves requests, reports that setup is pending, and presents a self-signed certificate", async () => {
  const answer = await fetch(at(one, "/readyz"));
  expect([answer.status, ((await answer.json()) as { status: string }).status]).toEqual([
    503,
    "setup-pending",
  ]);
  expect(await status(one, "/healthz")).toBe(200);
  expect(await status(one, "/crl/issuing.crl")).toBe(404);
  expect(lines.join("\n")).toContain("self-signed");
});

test("a second node sets itself up as its environment asks; both become ready, with CRLs and responders of every authority", async () => {
  two = await startGateway(
    harness.deps,
    env("127.0.0.1", {
      CHANCERY_ADMIN_EMAIL: "admin@example.com",
      CHANCERY_ADMIN_PASSWORD: "correct horse battery staple",
      CHANCERY_ORGANIZATION: "Example",
    }),
    log,
  );
  await until(
    async () => (await status(one, "/readyz")) === 200 && (await status(two, "/readyz")) === 200,
  );
  identity = await createTestIdentity(harness.deps);
  for (const slug of ["root", "issuing"])
    writeFileSync(file(`${slug}.pem`), await served(one, `/ca/${slug}.pem`));
  writeFileSync(
    file("trust.pem"),
    Buffer.concat(
      await Promise.all(["root", "issuing"].map((slug) => served(two, `/ca/${slug}.pem`))),
    ),
  );
  expect(await crl(one)).toContain("no revoked certificates");
});

test("HTTPS switches to a certificate from Chancery's CA without a restart and with its chain", async () => {
  const shown = () =>
    new Promise<X509Certificate | null>((resolve, reject) => {
      void import("node:fs").then(({ readFileSync }) => {
        const socket = connect(
          {
            port: one.ports.https,
            host: "127.0.0.1",
            servername: "localhost",
            ca: readFileSync(file("root.pem"), "utf8"),
            rejectUnauthorized: false,
          },
          () => {
            resolve(socket.authorized ? (socket.getPeerX509Certificate() ?? null) : null);
            socket.destroy();
          },
        );
        socket.on("error", reject);
      });
    });
  await until(async () => (await shown()) !== null);
  const certificate = await shown();
  expect(certificate?.checkHost("ca.example.com")).toBe("ca.example.com");
  expect(certificate?.checkIP("127.0.0.1")).toBe("127.0.0.1");
});

describe("a change of status", () => {
  test("revocation, hold and release show on every node, in OCSP and in a CRL with a higher number", async () => {
    const [revoked, held] = [await issue(), await issue()];
    for (const gateway of [one, two])
      expect([await ocsp(gateway, revoked.name), await ocsp(gateway, held.name)]).toEqual([
        "good",
        "good",
      ]);
    await revokeCertificate(harness.deps, adminActor(), revoked.id, {
      reason: "keyCompromise",
      comment: "laptop lost",
    });
    await revokeCertificate(harness.deps, adminActor(), held.id, { reason: "certificateHold" });
    for (const gateway of [one, two]) {
      await until(
        async () =>
          (await ocsp(gateway, revoked.name)) === "revoked" &&
          (await ocsp(gateway, held.name)) === "revoked",
      );
      await until(async () => {
        const text = await crl(gateway);
        return (
          text.includes(revoked.serial) &&
          text.includes(held.serial) &&
          text.includes("key compromise") &&
          text.includes("certificate hold")
        );
      });
    }
    await releaseCertificate(harness.deps, adminActor(), held.id, {});
    for (const gateway of [one, two]) {
      await until(async () => (await ocsp(gateway, held.name)) === "good");
      await until(async () => !(await crl(gateway)).includes(held.serial));
      expect(await crl(gateway)).toContain(revoked.serial);
    }
  });
  test("a revocation shows in OCSP and the CRL even while no node receives log notifications", async () => {
    const certificate = await issue();
    expect(await ocsp(one, certificate.name)).toBe("good");
    await harness.asSuper(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'chancery listen'",
    );
    await revokeCertificate(harness.deps, adminActor(), certificate.id, { reason: "superseded" });
    await until(async () => (await ocsp(one, certificate.name)) === "revoked");
    await until(async () => (await crl(two)).includes(certificate.serial));
  });
  test("concurrent revocations are published together, in fewer CRLs than there are revocations", async () => {
    const several = await Promise.all(Array.from({ length: 6 }, () => issue()));
    const count = async () =>
      Number((await harness.asSuper("select count(*) as n from crl"))[0]?.["n"]);
    const before = await count();
    await Promise.all(
      several.map((certificate) =>
        revokeCertificate(harness.deps, adminActor(), certificate.id, { reason: "superseded" }),
      ),
    );
    await until(async () => {
      const text = await crl(one);
      return several.every((certificate) => text.includes(certificate.serial));
    });
    expect((await count()) - before).toBeLessThan(several.length);
  });
});

test("a client certificate reaches the API only over the mTLS listener, and not once it is revoked", async () => {
  const { readFileSync } = await import("node:fs");
  const client = await issue("tls-client-service");
  const ask = (port: number, withCertificate: boolean) =>
    new Promise<number>((resolve, reject) => {
      const pair = withCertificate
        ? { cert: client.pem + client.chainPem, key: readFileSync(file(`${client.name}.key`)) }
        : {};
      openRequest(
        {
          port,
          host: "127.0.0.1",
          path: "/api/v1/certificates",
          servername: "localhost",
          ca: readFileSync(file("root.pem")),
          agent: false,
          ...pair,
        },
        (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        },
      )
        .on("error", reject)
        .end();
    });
  const [known, unknown, wrongDoor] = [
    await ask(one.ports.mtls, true),
    await ask(one.ports.mtls, false),
    await ask(one.ports.https, true),
  ];
  expect([unknown, wrongDoor]).toEqual([401, 401]);
  expect(known).toBe(200);
  await revokeCertificate(harness.deps, adminActor(), client.id, { reason: "keyCompromise" });
  await until(async () => (await ask(one.ports.mtls, true)) === 401);
});
